package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Allocator;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.ExitRule;

/**
 * Steps of one token that may end at exit layers. A step runs segment by segment; after each the
 * rule is asked. When it says yes, the hidden state there is read out by the output norm and head.
 *
 * <p>The layers that the step didn't reach lack K and V for its position. They are made from the
 * hidden state of the exit (state propagation: Elbayad et al., arXiv 1910.10073; CALM, arXiv
 * 2207.07061), but only when they are needed: when a later step gets there, or something else looks
 * at the cache. Then one pass over the K and V matrices serves all steps that ended before.
 *
 * <p>Or they are made exactly: steps that wait at one exit can be taken through the layers above it
 * together (LayerSkip, arXiv 2404.16710).
 *
 * <p>The first exit is judged by the whole vocabulary; later ones by those tokens that were most
 * likely there, {@link #SHORTLIST} of them, taking the share of the others to be what it was. A
 * check then costs a small part of a pass through the head.
 */
final class ExitingStep implements AutoCloseable {

  /** Tokens that later exits are judged by. */
  static final int SHORTLIST = 256;

  /** Hidden states that wait at most. */
  private static final int MOST_WAITING = 64;

  private static final int SEVERAL = -1;

  private final ExitDecoder decoder;
  private final EngineModel model;
  private final Compute compute;
  private final SessionCache cache;
  private final LogitsBuffer logits;
  private final ExitRule rule;
  private final ConfidenceReader confidence = new ConfidenceReader();

  /** Where each segment begins, and the model's number of layers at the end. */
  private final int[] bounds;

  private final StepGraph[] segments;
  private final List<Allocator> memory = new ArrayList<>();
  private final Allocator headMemory = new Allocator();
  private final Allocator shortlistMemory = new Allocator();
  private final int shortlisted;

  /** Logits of the shortlist, then its ids. */
  private final Region list;

  private StepGraph head;
  private StepGraph shortlist;

  /** Hidden states of steps that ended early, in order; one more is in the making. */
  private final Region rows;

  private final long rowBytes;
  private final int[] positions = new int[MOST_WAITING];

  /** The first of {@link #rows} that each segment lacks; those before it have K and V there. */
  private final int[] lacking;

  private int waiting;

  /** The segment behind which all waiting steps ended. */
  private int exit = SEVERAL;

  /**
   * @throws IllegalArgumentException if an exit isn't before the model's last layer
   */
  ExitingStep(EngineModel model, SessionCache cache, LogitsBuffer logits, EarlyExit exits) {
    int layers = cache.layers();
    List<Integer> at = exits.layers();
    if (at.isEmpty() || at.get(at.size() - 1) >= layers) {
      throw new IllegalArgumentException(
          "exit layers " + at + ": expected some from 1 to " + (layers - 1));
    }
    this.model = model;
    this.cache = cache;
    this.logits = logits;
    this.compute = model.compute();
    this.decoder = model.exitDecoder();
    rule = exits.rule();
    bounds = new int[at.size() + 2];
    for (int i = 0; i < at.size(); i++) {
      bounds[i + 1] = at.get(i);
      memory.add(new Allocator());
    }
    memory.add(new Allocator());
    bounds[at.size() + 1] = layers;
    segments = new StepGraph[at.size() + 1];
    lacking = new int[segments.length];
    rowBytes = (long) model.info().width() * Float.BYTES;
    rows = Region.reserve((MOST_WAITING + 1) * rowBytes);
    int vocabulary = model.info().vocabularySize();
    shortlisted = vocabulary > 2 * SHORTLIST ? SHORTLIST : 0;
    list = Region.reserve(2L * SHORTLIST * Float.BYTES);
  }

  /**
   * Feeds a token; its logits are in row 0.
   *
   * @return the layers that made them
   */
  int run(int token, int position) {
    if (waiting == MOST_WAITING) {
      settle();
    }
    long row = rows.address() + waiting * rowBytes;
    int last = segments.length - 1;
    for (int s = 0; s <= last; s++) {
      fill(s);
      StepGraph segment = segment(s);
      if (s == 0) {
        segment.token(token);
      }
      segment.runHidden(compute, position, row);
      cache.append(bounds[s], bounds[s + 1], position, 1);
      if (s < last && leaves(s, position, row)) {
        exit = waiting == 0 || exit == s ? s : SEVERAL;
        positions[waiting++] = position;
        for (int passed = 0; passed <= s; passed++) {
          lacking[passed] = waiting;
        }
        return bounds[s + 1];
      }
    }
    return bounds[last + 1];
  }

  private boolean leaves(int s, int position, long row) {
    int layer = bounds[s + 1];
    if (s == 0 || shortlisted == 0) {
      if (s > 0) {
        head().runHidden(compute, position, row);
      }
      confidence.read(logits.region().address(), logits.vocabularySize(), 1);
      return rule.exit(layer, confidence);
    }
    if (s == 1) {
      confidence.shortlist(
          logits.region().address(),
          logits.vocabularySize(),
          list.address() + (long) SHORTLIST * Float.BYTES,
          shortlisted);
    }
    shortlist().runHidden(compute, position, row);
    confidence.readShortlist(list.address(), shortlisted);
    if (!rule.exit(layer, confidence)) {
      return false;
    }
    head().runHidden(compute, position, row);
    return true;
  }

  private StepGraph segment(int s) {
    StepGraph segment = segments[s];
    if (segment != null && !segment.fits()) {
      segment.close();
      segment = null;
    }
    if (segment == null) {
      boolean withHead = s == 0 || s == segments.length - 1;
      Region to = withHead ? logits.region() : null;
      segment = decoder.segment(cache, bounds[s], bounds[s + 1], rows, to, memory.get(s));
      segments[s] = segment;
    }
    return segment;
  }

  private StepGraph head() {
    if (head == null) {
      head = decoder.head(cache, rows, logits.region(), headMemory);
    }
    return head;
  }

  private StepGraph shortlist() {
    if (shortlist == null) {
      shortlist = decoder.shortlist(cache, shortlisted, rows, list, shortlistMemory);
    }
    return shortlist;
  }

  /** Makes a segment's K and V of steps that ended before it. */
  private void fill(int s) {
    int from = lacking[s];
    int count = waiting - from;
    if (count == 0) {
      return;
    }
    int first = bounds[s];
    int end = bounds[s + 1];
    compute.lock().lock();
    try (StepGraph fill = decoder.fill(cache, first, end, count, rows, model.workingMemory())) {
      fill.runHidden(compute, positions[from], rows.address() + from * rowBytes);
    } finally {
      compute.lock().unlock();
    }
    cache.append(first, end, positions[from], count);
    lacking[s] = waiting;
  }

  /** Whether steps may end early now. */
  boolean isOpen() {
    return rule.isOpen();
  }

  /**
   * Whether so many latest steps can go on from where they ended: all that wait do so at one exit,
   * and nothing went beyond it since.
   */
  boolean canComplete(int count) {
    return count == waiting && waiting > 0 && exit != SEVERAL && lacking[exit + 1] == 0;
  }

  /** Takes all waiting steps through the layers that they left out; logits from row 0 on. */
  void complete() {
    int first = bounds[exit + 1];
    Region to = logits.region();
    // The working memory is the model's.
    compute.lock().lock();
    try (StepGraph above =
        decoder.completion(cache, first, waiting, rows, to, model.workingMemory())) {
      above.runHidden(compute, positions[0], rows.address());
    } finally {
      compute.lock().unlock();
    }
    cache.append(first, cache.layers(), positions[0], waiting);
    waiting = 0;
    Arrays.fill(lacking, 0);
  }

  /** Makes all K and V that are lacking. */
  void settle() {
    if (waiting > 0) {
      for (int s = 1; s < segments.length; s++) {
        fill(s);
      }
      waiting = 0;
      Arrays.fill(lacking, 0);
    }
  }

  /** Forgets hidden states at and after a position; the cache is rewound by the caller. */
  void rewind(int position) {
    while (waiting > 0 && positions[waiting - 1] >= position) {
      waiting--;
    }
    for (int s = 0; s < lacking.length; s++) {
      lacking[s] = Math.min(lacking[s], waiting);
    }
  }

  /** Entries that a layer lacks. */
  int lacking(int layer) {
    int segment = 0;
    while (bounds[segment + 1] <= layer) {
      segment++;
    }
    return waiting - lacking[segment];
  }

  /** Bytes of hidden states that wait for their K and V. */
  long bytes() {
    return waiting * rowBytes;
  }

  @Override
  public void close() {
    for (StepGraph segment : segments) {
      close(segment);
    }
    close(head);
    close(shortlist);
    memory.forEach(Allocator::close);
    headMemory.close();
    shortlistMemory.close();
    list.close();
    rows.close();
  }

  private static void close(StepGraph graph) {
    if (graph != null) {
      graph.close();
    }
  }
}
