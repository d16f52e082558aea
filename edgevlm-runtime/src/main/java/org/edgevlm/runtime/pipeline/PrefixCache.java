package org.edgevlm.runtime.pipeline;

import java.util.Arrays;
import java.util.List;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.decoding.Prompt;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.SessionOptions;

/**
 * Keeps the latest session, rewound to the end of its prompt's picture: another question about the
 * same picture needs not feed it again. The parts of a prompt are fed one by one, so that what
 * follows is computed from the same numbers as in a new session, and the text is the same.
 *
 * <p>That is right only where a rewound session is as one that never went further: with a backend
 * that can rewind, no cache policy (what it dropped or summed doesn't come back) and no early exit.
 * Elsewhere nothing is kept. Nor is a session that takes more memory than there is for pictures.
 *
 * <p>Safe for use by several threads at a time: a session is one thread's while it is used.
 */
final class PrefixCache {

  /** The counter of an answer's prompt positions that weren't fed again. */
  static final String REUSED = "prefix_tokens_reused";

  private record Kept(InferenceSession session, List<Prompt.Part> parts) {}

  private final Assembly assembly;
  private final long maxBytes;
  private final boolean sound;
  private Kept kept;

  /**
   * @param maxBytes of K and V that a kept session may take
   */
  PrefixCache(Assembly assembly, long maxBytes) {
    this.assembly = assembly;
    this.maxBytes = maxBytes;
    sound =
        maxBytes > 0
            && assembly.policies().isEmpty()
            && assembly.sessionOptions().equals(SessionOptions.DEFAULT)
            && assembly.capabilities().has(Capability.REWIND);
  }

  /**
   * A session for a prompt: the kept one, if it begins as the prompt does, or a new one.
   *
   * @param options the request's, whose rules hold its state
   * @param reuse false for a new one that isn't kept either
   */
  Start begin(Prompt prompt, SessionOptions options, boolean reuse) {
    boolean wanted = reuse && sound;
    Kept known = wanted ? take() : null;
    if (known != null) {
      int parts = common(known.parts(), prompt.parts());
      if (parts == known.parts().size()) {
        return new Start(known.session(), parts, prompt, true);
      }
      // Before the new one is opened: so there is never a session more than requests.
      known.session().close();
    }
    return new Start(assembly.model().openSession(options), 0, prompt, wanted);
  }

  private synchronized Kept take() {
    Kept taken = kept;
    kept = null;
    return taken;
  }

  /** The last part is never common: its logits are wanted. */
  private static int common(List<Prompt.Part> kept, List<Prompt.Part> wanted) {
    int most = Math.min(kept.size(), wanted.size() - 1);
    int parts = 0;
    while (parts < most && same(kept.get(parts), wanted.get(parts))) {
      parts++;
    }
    return parts;
  }

  // Of a picture that is known, the cache gives the same embedding each time.
  private static boolean same(Prompt.Part one, Prompt.Part other) {
    if (one instanceof Prompt.Part.Text a && other instanceof Prompt.Part.Text b) {
      return Arrays.equals(a.tokens(), b.tokens());
    }
    return one instanceof Prompt.Part.Image a
        && other instanceof Prompt.Part.Image b
        && a.embedding().data() == b.embedding().data();
  }

  private void keep(InferenceSession session, Prompt prompt) {
    List<Prompt.Part> parts = prompt.parts();
    int end = parts.size() - 1;
    while (end > 0 && !(parts.get(end - 1) instanceof Prompt.Part.Image)) {
      end--;
    }
    if (end == 0) {
      session.close();
      return;
    }
    List<Prompt.Part> prefix = List.copyOf(parts.subList(0, end));
    session.rewind(prefix.stream().mapToInt(Prompt.Part::length).sum());
    Kept before = new Kept(session, prefix);
    if (session.kvBytes() <= maxBytes) {
      synchronized (this) {
        Kept older = kept;
        kept = before;
        before = older;
      }
    }
    if (before != null) {
      before.session().close();
    }
  }

  /** Closes the session that is kept. */
  void clear() {
    Kept taken = take();
    if (taken != null) {
      taken.session().close();
    }
  }

  /** A request's session and how much of its prompt is in it already. */
  final class Start implements AutoCloseable {

    private final InferenceSession session;
    private final int parts;
    private final Prompt prompt;
    private final boolean wanted;
    private boolean complete;

    private Start(InferenceSession session, int parts, Prompt prompt, boolean wanted) {
      this.session = session;
      this.parts = parts;
      this.prompt = prompt;
      this.wanted = wanted;
    }

    InferenceSession session() {
      return session;
    }

    /** The number of the prompt's parts that are in the session. */
    int parts() {
      return parts;
    }

    /** Positions that these parts take. */
    int positions() {
      return prompt.parts().subList(0, parts).stream().mapToInt(Prompt.Part::length).sum();
    }

    /** The answer is there, and the session has the whole prompt. */
    void complete() {
      complete = true;
    }

    /** Keeps the session or closes it. */
    @Override
    public void close() {
      if (complete && wanted) {
        keep(session, prompt);
      } else {
        session.close();
      }
    }
  }
}
