package org.edgevlm.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.reference.ReferenceBackendProvider;
import org.edgevlm.reference.ReferenceEncoderProvider;
import org.edgevlm.reference.ReferenceTokenizer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.decoding.DecodingReport;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.TokenConstraint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What strategies may do and may not do where a request has a grammar. */
class GrammarStrategyTest {

  private static final Grammar AB = new Grammar(Grammar.Kind.GBNF, "root ::= \"ab\"");

  @TempDir Path folder;

  /** Emits one token, whatever the sampler would choose. */
  private record Stubborn(int token) implements BiFunction<LanguageModel, DecodingTask, Boolean> {
    @Override
    public Boolean apply(LanguageModel further, DecodingTask task) {
      return task.emit(token, 2);
    }
  }

  /** Decodes with a further model open. */
  private record Strategy(BiFunction<LanguageModel, DecodingTask, Boolean> decode)
      implements DecodingStrategyProvider {
    @Override
    public String id() {
      return "strategy";
    }

    @Override
    public String version() {
      return "1";
    }

    @Override
    public int spiVersion() {
      return Spi.VERSION;
    }

    @Override
    public String description() {
      return "Does what the test says";
    }

    @Override
    public DecodingStrategy create(DecodingContext context) {
      LanguageModel further = context.open("other");
      return new DecodingStrategy() {
        @Override
        public DecodingReport decode(DecodingTask task) {
          decode.apply(further, task);
          return DecodingReport.NONE;
        }

        @Override
        public void close() {
          further.close();
        }
      };
    }
  }

  private String answer(BiFunction<LanguageModel, DecodingTask, Boolean> decode) throws Exception {
    PluginRegistry plugins =
        PluginRegistry.of(
            List.of(
                new ReferenceBackendProvider(),
                new ReferenceEncoderProvider(),
                new BmpVisionProvider(),
                new Strategy(decode)));
    AnswerRequest request =
        AnswerRequest.caption(BmpVisionProvider.bmp(8, 8, 0, 0xffffff), 1).withGrammar(AB);
    ReferenceHome home = new ReferenceHome(folder);
    try (EdgeVlm vlm = home.open(plugins, LoadProgress.NONE, "decoding", "strategy")) {
      return vlm.answer(request, TokenListener.NONE, CancelToken.NEVER).text();
    }
  }

  @Test
  void aTokenThatTheGrammarForbidsIsTheStrategysError() throws Exception {
    assertEquals("a", answer(new Stubborn('a')));
    for (int token : new int[] {'b', ReferenceTokenizer.END}) {
      PluginException error =
          assertThrows(PluginException.class, () -> answer(new Stubborn(token)));
      assertTrue(
          error.getMessage().contains("token " + token + ", which the request's grammar"),
          error.getMessage());
    }
  }

  @Test
  void aFurtherModelCanBeConstrainedToo() throws Exception {
    String text =
        answer(
            (further, task) -> {
              try (TokenConstraint constraint = further.constrain(AB)) {
                constraint.accept('a');
                return task.emit(constraint.allows('b') ? 'a' : 'b', 2);
              }
            });
    assertEquals("a", text);
  }
}
