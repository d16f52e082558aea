package org.edgevlm.runtime.pipeline;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.Degradation;
import org.edgevlm.runtime.PluginNames;
import org.edgevlm.runtime.Timings;
import org.edgevlm.runtime.metrics.Metrics;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.decoding.DecodingReport;
import org.edgevlm.spi.decoding.FinishReason;
import org.edgevlm.spi.decoding.Prompt;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.ContextFullException;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.ImageLayout;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.spi.vision.ImageHeader;
import org.edgevlm.spi.vision.ImageTensor;

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

  /** Answers a request; see {@link org.edgevlm.runtime.EdgeVlm#answer}. */
  public Answer answer(AnswerRequest request, TokenListener listener, CancelToken cancel) {
    AnswerTask.Audience audience = new AnswerTask.Audience(listener, cancel);
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
    ByteBuffer image = request.image().asReadOnlyBuffer();
    ImageHeader header = assembly.vision().inspect(image);
    assembly.settings().imageLimits().check(header, image.remaining());
    ImageLayout layout = assembly.encoder().layout(header.width(), header.height());
    ImageTensor tensor =
        assembly
            .vision()
            .process(
                List.of(image),
                assembly.settings().adjust(layout.preprocessing()),
                assembly.settings().imageLimits());
    clock.end(Metrics.Stage.VISION);
    if (audience.cancel().isCancelled()) {
      return cancelled(0, request, clock);
    }
    List<ImageEmbedding> tiles = assembly.encoder().encode(tensor);
    if (tiles.size() != tensor.batch()) {
      throw new PluginException(
          "the encoder made " + tiles.size() + " embeddings of " + tensor.batch() + " tiles");
    }
    clock.end(Metrics.Stage.ENCODE);
    Prompt prompt =
        prompts.build(request.question().orElse(captionPrompt), layout.parts(), tensor, tiles);
    SessionOptions options = assembly.sessionOptions();
    try (InferenceSession session = assembly.model().openSession(options)) {
      return decode(request, prompt, new Opened(session, options, sampler), audience, clock);
    }
  }

  /** What one request has open. */
  private record Opened(InferenceSession session, SessionOptions options, LogitsSampler sampler) {}

  private Answer decode(
      AnswerRequest request,
      Prompt prompt,
      Opened opened,
      AnswerTask.Audience audience,
      StageClock clock) {
    InferenceSession session = opened.session();
    StepResult logits = prefill(prompt, session, audience.cancel());
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
            request.maxTokens());
    review.reviewPrefill();
    clock.end(Metrics.Stage.PREFILL);
    DecodingReport report = assembly.strategy().decode(task);
    FinishReason reason = task.finished();
    clock.end(Metrics.Stage.DECODE);
    Map<String, Long> counters = new TreeMap<>(report.counters());
    review.count(counters);
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
        Stream.concat(warnings(request).stream(), report.warnings().stream()).toList());
  }

  private List<String> warnings(AnswerRequest request) {
    return Stream.concat(warnings.stream(), constraints.warning(request.grammar()).stream())
        .toList();
  }

  /**
   * Feeds the prompt.
   *
   * @return the logits after it, or null if it was cancelled on the way
   */
  private static StepResult prefill(Prompt prompt, InferenceSession session, CancelToken cancel) {
    if (prompt.length() > session.capacity()) {
      throw new ContextFullException(session.position(), prompt.length(), session.capacity());
    }
    StepResult result = null;
    int last = prompt.parts().size() - 1;
    for (int i = 0; i <= last; i++) {
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
        warnings(request));
  }

  /** Times the stages of one request, one after the other. */
  private static final class StageClock {

    private static final double NANOS_PER_MILLI = 1e6;

    private final double[] millis = new double[Metrics.Stage.values().length];
    private final long start = System.nanoTime();
    private long last = start;

    void end(Metrics.Stage stage) {
      long now = System.nanoTime();
      millis[stage.ordinal()] = (now - last) / NANOS_PER_MILLI;
      last = now;
    }

    Timings timings(int tokens) {
      double decode = millis[Metrics.Stage.DECODE.ordinal()];
      return new Timings(
          millis[Metrics.Stage.VISION.ordinal()],
          millis[Metrics.Stage.ENCODE.ordinal()],
          millis[Metrics.Stage.PREFILL.ordinal()],
          decode,
          (System.nanoTime() - start) / NANOS_PER_MILLI,
          decode > 0 ? tokens * 1e3 / decode : 0);
    }
  }
}
