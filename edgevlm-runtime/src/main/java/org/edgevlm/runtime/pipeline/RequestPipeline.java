package org.edgevlm.runtime.pipeline;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.Degradation;
import org.edgevlm.runtime.PluginNames;
import org.edgevlm.runtime.metrics.ImageCacheSnapshot;
import org.edgevlm.runtime.metrics.Metrics;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.decoding.DecodingReport;
import org.edgevlm.spi.decoding.FinishReason;
import org.edgevlm.spi.decoding.Prompt;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.ContextFullException;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;

/**
 * The way of a request: header and limits, image tensor, embeddings, prompt, a session of its own,
 * prefill, decoding. Safe for use by several threads at a time.
 */
public final class RequestPipeline {

  private static final String IGNORED_GRAMMARS = "ignored_grammars";
  private static final String CAPTION_PROMPT_KEY = "edgevlm.caption_prompt";
  private static final String CAPTION_PROMPT = "Describe the image in one sentence.";

  private final Assembly assembly;
  private final PluginNames names;
  private final ImageStage images;
  private final PrefixCache prefixes;
  private final PromptBuilder prompts;
  private final String captionPrompt;
  private final Constraints constraints;
  private final List<String> warnings;

  /**
   * A pipeline through these plugins.
   *
   * @throws org.edgevlm.spi.EdgeVlmException if there is no chat template to lay prompts out with
   */
  public RequestPipeline(Assembly assembly) {
    this.assembly = Objects.requireNonNull(assembly, "assembly");
    names = assembly.names();
    images = new ImageStage(assembly);
    prefixes = new PrefixCache(assembly, images.cache().snapshot().maxBytes());
    LanguageModel model = assembly.model();
    Settings settings = assembly.settings();
    PromptTemplate template =
        settings.promptTemplate().equals(Settings.AUTO)
            ? PromptTemplate.ofModel(model.tokenizer())
            : PromptTemplate.ofText(settings.promptTemplate());
    constraints = new Constraints(model, assembly.capabilities());
    warnings = assembly.degradations().stream().map(Degradation::warning).toList();
    prompts = new PromptBuilder(model.tokenizer(), template);
    captionPrompt =
        settings.captionPrompt().equals(Settings.AUTO)
            ? model.info().metadata().getOrDefault(CAPTION_PROMPT_KEY, CAPTION_PROMPT)
            : settings.captionPrompt();
  }

  /**
   * Checks a picture by its header; see {@link org.edgevlm.runtime.EdgeVlm#checkImage}.
   *
   * @param image the file's bytes
   */
  public void checkImage(ByteBuffer image) {
    images.inspect(image.asReadOnlyBuffer());
  }

  /** Forgets encoded pictures and the kept session, and says how many there were. */
  public int clearImages() {
    prefixes.clear();
    return images.cache().clear();
  }

  /** What the cache of encoded pictures holds. */
  public ImageCacheSnapshot imageCache() {
    return images.cache().snapshot();
  }

  /**
   * Answers a request; see {@link org.edgevlm.runtime.EdgeVlm#answer}.
   *
   * @param reuse whether an encoding that an earlier request made will do
   */
  public Answer answer(
      AnswerRequest request, TokenListener listener, CancelToken cancel, boolean reuse) {
    AnswerTask.Audience audience = new AnswerTask.Audience(listener, cancel, reuse);
    StageClock clock = new StageClock();
    if (cancel.isCancelled()) {
      return cancelled(0, request, clock);
    }
    // First of all, so that a grammar that can't be read costs no more than reading it.
    try (LogitsSampler sampler = sampler(request)) {
      return answer(request, sampler, audience, clock);
    }
  }

  private LogitsSampler sampler(AnswerRequest request) {
    return new LogitsSampler(
        request.sampling(),
        assembly.model().info().vocabularySize(),
        constraints.open(request.grammar()));
  }

  private Answer answer(
      AnswerRequest request,
      LogitsSampler sampler,
      AnswerTask.Audience audience,
      StageClock clock) {
    Optional<EncodedImage> encoded =
        images.encode(request.image(), audience.reuse(), audience.cancel(), clock);
    if (encoded.isEmpty()) {
      return cancelled(0, request, clock);
    }
    EncodedImage image = encoded.get();
    Prompt prompt =
        prompts.build(
            request.conversation(),
            request.question().orElse(captionPrompt),
            image.layout().parts(),
            image.pixels(),
            image.tiles());
    SessionOptions options = assembly.sessionOptions();
    try (PrefixCache.Start start = prefixes.begin(prompt, options, audience.reuse())) {
      return decode(request, prompt, new Opened(start, options, sampler), audience, clock);
    }
  }

  /** What one request has open. */
  private record Opened(PrefixCache.Start start, SessionOptions options, LogitsSampler sampler) {}

  private Answer decode(
      AnswerRequest request,
      Prompt prompt,
      Opened opened,
      AnswerTask.Audience audience,
      StageClock clock) {
    InferenceSession session = opened.start().session();
    StepResult logits = prefill(prompt, opened.start(), audience.cancel());
    if (logits == null) {
      clock.end(Metrics.Stage.PREFILL);
      return cancelled(prompt.length(), request, clock);
    }
    CacheReview review = new CacheReview(assembly.policies(), session, prompt.length());
    LanguageModel model = assembly.model();
    AnswerTask task =
        new AnswerTask(
            session,
            opened.options(),
            prompt,
            logits,
            opened.sampler(),
            model.tokenizer(),
            review,
            audience,
            new StopTexts(request.stops()),
            request.maxTokens());
    review.reviewPrefill();
    clock.end(Metrics.Stage.PREFILL);
    DecodingReport report = assembly.strategy().decode(task);
    FinishReason reason = task.finished();
    opened.start().complete();
    clock.end(Metrics.Stage.DECODE);
    Map<String, Long> counters = new TreeMap<>(report.counters());
    review.count(counters);
    if (clock.skipped()) {
      counters.put(Metrics.IMAGE_CACHE_HITS, 1L);
    }
    if (opened.start().parts() > 0) {
      counters.put(PrefixCache.REUSED, (long) opened.start().positions());
    }
    if (constraints.warning(request.grammar()).isPresent()) {
      counters.put(IGNORED_GRAMMARS, 1L);
    }
    return new Answer(
        task.text().strip(),
        task.tokens(),
        prompt.length(),
        reason,
        clock.timings(task.tokens()),
        names,
        counters,
        review.layers(),
        Stream.concat(warnings(request).stream(), report.warnings().stream()).toList());
  }

  private List<String> warnings(AnswerRequest request) {
    return Stream.concat(warnings.stream(), constraints.warning(request.grammar()).stream())
        .toList();
  }

  /**
   * Feeds what isn't in the session yet of the prompt.
   *
   * @return the logits after it, or null if it was cancelled on the way
   */
  private static StepResult prefill(Prompt prompt, PrefixCache.Start start, CancelToken cancel) {
    InferenceSession session = start.session();
    if (prompt.length() > session.capacity()) {
      throw new ContextFullException(session.position(), prompt.length(), session.capacity());
    }
    StepResult result = null;
    int last = prompt.parts().size() - 1;
    for (int i = start.parts(); i <= last; i++) {
      if (cancel.isCancelled()) {
        return null;
      }
      Outputs outputs = i == last ? Outputs.LAST : Outputs.NONE;
      Prompt.Part part = prompt.parts().get(i);
      if (part instanceof Prompt.Part.Text text) {
        result = session.step(text.tokens(), 0, text.length(), outputs);
      } else if (part instanceof Prompt.Part.Image image) {
        result = session.step(image.embedding(), outputs);
      }
    }
    return result;
  }

  private Answer cancelled(int promptTokens, AnswerRequest request, StageClock clock) {
    return new Answer(
        "",
        0,
        promptTokens,
        FinishReason.CANCELLED,
        clock.timings(0),
        names,
        Map.of(),
        List.of(),
        warnings(request));
  }
}
