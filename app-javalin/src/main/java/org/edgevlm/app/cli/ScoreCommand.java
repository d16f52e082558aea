package org.edgevlm.app.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.edgevlm.app.json.Json;
import org.edgevlm.app.score.FolderScore;
import org.edgevlm.app.score.FrequentAnswers;
import org.edgevlm.app.score.GreyPicture;
import org.edgevlm.app.score.Scene;
import org.edgevlm.app.score.Scorer;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.config.CoreKeys;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.ContextFullException;
import org.edgevlm.spi.vision.ImageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code edgevlm score}. */
@Command(
    name = "score",
    description = {
      "Asks the model about pictures that it has never seen and counts what it gets right.",
      "A folder holds scenes.jsonl and its pictures, or sub-folders that do."
    })
final class ScoreCommand implements Callable<Integer> {

  @ParentCommand private RootCommand root;

  @Parameters(
      arity = "0..*",
      paramLabel = "DIR",
      description = "models/edgevlm-tiny/heldout by default: here, or else of the distribution.")
  private List<Path> folders = new ArrayList<>();

  @Option(names = "--limit", paramLabel = "N", description = "Only the first N of each folder.")
  private int limit = Integer.MAX_VALUE;

  @Option(
      names = "--baseline",
      paramLabel = "NAME",
      description = {
        "Scores answers that don't come from looking, to compare with. blank: the model's, shown a",
        "grey picture each time; frequent: the one that is right most often for its kind of question."
      })
  private Baseline baseline;

  @Mixin private SamplingOptions sampling;

  @Override
  public Integer call() {
    Console console = root.console();
    if (limit < 1) {
      throw new CliException(ExitCode.USAGE, "--limit " + limit + " is less than 1", null);
    }
    Installation installation = Installation.find();
    Configuration configuration = installation.configuration(root);
    List<Path> sceneFolders = HeldOut.folders(folders, installation);
    List<FolderScore> scores = new ArrayList<>();
    if (baseline == Baseline.FREQUENT) {
      for (Path folder : sceneFolders) {
        score(folder, new FrequentAnswers(Scene.read(folder)), scores);
      }
    } else {
      try (EdgeVlm edgeVlm = installation.open(configuration, console)) {
        Scorer.Respondent respondent = respondent(edgeVlm, configuration, console);
        sceneFolders.forEach(folder -> score(folder, respondent, scores));
      }
    }
    boolean complete = scores.stream().allMatch(score -> score.leftOut() == 0);
    if (root.json()) {
      ArrayNode json = Json.array();
      for (FolderScore score : scores) {
        ObjectNode object = json.addObject();
        if (baseline != null) {
          object.put("baseline", name(baseline));
        }
        score.writeTo(object);
      }
      console.print(Json.pretty(json));
    }
    return complete ? ExitCode.OK : ExitCode.IMAGE;
  }

  private void score(Path folder, Scorer.Respondent respondent, List<FolderScore> scores) {
    Console console = root.console();
    FolderScore score = new Scorer(respondent, progress(console), limit).score(folder);
    scores.add(score);
    console.redraw("");
    if (!root.json()) {
      String what = baseline == null ? "" : "baseline " + name(baseline) + ": ";
      console.out().print(what + score.toTable());
      console.out().flush();
    }
  }

  private static String name(Baseline baseline) {
    return baseline.name().toLowerCase(Locale.ROOT);
  }

  private Scorer.Respondent respondent(
      EdgeVlm edgeVlm, Configuration configuration, Console console) {
    int maxTokens = sampling.maxTokens(configuration);
    SamplingParameters parameters = sampling.parameters(configuration);
    long maxBytes = CoreKeys.imageLimits(configuration).maxBytes();
    Optional<ByteBuffer> instead =
        baseline == Baseline.BLANK ? Optional.of(GreyPicture.png()) : Optional.empty();
    return (Path image, Optional<Scene.Question> asked) -> {
      try {
        ByteBuffer bytes =
            instead.isPresent() ? instead.get().duplicate() : ImageFile.read(image, maxBytes);
        Optional<String> question = asked.map(Scene.Question::question);
        Answer answer =
            edgeVlm.answer(
                new AnswerRequest(bytes, question, maxTokens, parameters),
                TokenListener.NONE,
                CancelToken.NEVER);
        return Optional.of(new Scorer.Reply(answer.text(), answer.timings().totalMs()));
      } catch (ContextFullException e) {
        throw new CliException(ExitCode.USAGE, image + ": " + Pictures.tooLong(edgeVlm), e);
      } catch (ImageException | CliException e) {
        console.redraw("");
        console.error(image + ": " + e.getMessage());
        return Optional.empty();
      }
    };
  }

  private static Scorer.Progress progress(Console console) {
    return (folder, done, total) -> {
      if (console.showsProgress()) {
        console.redraw(folder + ": " + done + " of " + total + " pictures");
      } else if (done % 50 == 0 || done == total) {
        console.note(folder + ": " + done + " of " + total + " pictures");
      }
    };
  }
}
