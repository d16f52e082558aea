package org.edgevlm.app.cli;

import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.config.CoreKeys;
import org.edgevlm.spi.decoding.SamplingParameters;
import picocli.CommandLine.Option;

/** How tokens are chosen; what isn't given comes from the configuration. */
final class SamplingOptions {

  @Option(names = "--max-length", paramLabel = "N", description = "Tokens at most.")
  private String maxLength;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0 always takes the likeliest token.")
  private Double temperature;

  @Option(names = "--top-k", paramLabel = "K", description = "Keeps K tokens; 0 keeps all.")
  private Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Keeps the fewest tokens that reach this probability; 1 keeps all.")
  private Double topP;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Drops tokens below this fraction of the best one's probability.")
  private Double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "R",
      description = "Above 1 makes tokens of the answer less likely to come again.")
  private Double repetitionPenalty;

  @Option(names = "--seed", paramLabel = "N", description = "The same seed gives the same answer.")
  private Long seed;

  int maxTokens(Configuration configuration) {
    if (maxLength == null) {
      return configuration.get(CoreKeys.MAX_LENGTH);
    }
    try {
      return CoreKeys.MAX_LENGTH.parse(maxLength);
    } catch (IllegalArgumentException e) {
      throw new CliException(
          ExitCode.USAGE, "--max-length " + maxLength + " is " + e.getMessage(), e);
    }
  }

  SamplingParameters parameters(Configuration configuration) {
    SamplingParameters configured = CoreKeys.sampling(configuration);
    try {
      return new SamplingParameters(
          or(temperature, configured.temperature()),
          or(topK, configured.topK()),
          or(topP, configured.topP()),
          or(minP, configured.minP()),
          or(repetitionPenalty, configured.repetitionPenalty()),
          or(seed, configured.seed()));
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, e.getMessage(), e);
    }
  }

  private static <T> T or(T given, T configured) {
    return given == null ? configured : given;
  }
}
