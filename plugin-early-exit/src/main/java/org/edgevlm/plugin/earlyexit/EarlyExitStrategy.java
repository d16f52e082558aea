package org.edgevlm.plugin.earlyexit;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.edgevlm.spi.decoding.DecodingReport;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.StepResult;

/**
 * One token a step, which ends at the first exit layer where the model is sure. Approximate: the
 * words may differ from those of the full depth.
 *
 * <p>Now and then a token that left early is fed again through all layers, which then choose it:
 * always until enough is known of the model, later as often as configured.
 */
final class EarlyExitStrategy implements DecodingStrategy {

  /**
   * What is configured.
   *
   * @param layers exit layers
   * @param vocabularySize of the model
   * @param checkFirst whether the first exits are compared with the full depth
   * @param checkEvery how many exits there are to a comparison after that; 0 for none
   */
  record Settings(
      List<Integer> layers,
      Certainty certainty,
      double threshold,
      int vocabularySize,
      boolean checkFirst,
      int checkEvery) {}

  private final Settings settings;
  private final Agreement agreement = new Agreement();

  EarlyExitStrategy(Settings settings) {
    this.settings = settings;
  }

  @Override
  public Optional<EarlyExit> earlyExit() {
    ExitGate gate =
        new ExitGate(settings.certainty(), settings.threshold(), settings.vocabularySize());
    return Optional.of(new EarlyExit(settings.layers(), gate));
  }

  @Override
  public DecodingReport decode(DecodingTask task) {
    return new Answer(task).decode();
  }

  /** One answer. */
  private final class Answer {

    private final DecodingTask task;
    private final InferenceSession session;
    private final ExitGate gate;
    private final int[] fed = new int[1];
    private final long[] exitsAt;
    private long steps;
    private long layers;
    private long exits;
    private long checked;
    private long same;

    Answer(DecodingTask task) {
      this.task = task;
      session = task.session();
      gate = (ExitGate) task.sessionOptions().earlyExit().orElseThrow().rule();
      exitsAt = new long[settings.layers().get(settings.layers().size() - 1) + 1];
    }

    DecodingReport decode() {
      StepResult result = task.promptLogits();
      fed[0] = task.sampler().sample(result, 0);
      boolean more = task.emit(fed[0], result.layersUsed(0));
      while (more) {
        result = session.step(fed, 0, 1, Outputs.LAST);
        int depth = result.layersUsed(0);
        steps++;
        layers += depth;
        if (depth < exitsAt.length) {
          exits++;
          exitsAt[depth]++;
          if (isChecked()) {
            int left = result.argmax(0);
            session.rewind(session.position() - 1);
            gate.open(false);
            result = session.step(fed, 0, 1, Outputs.LAST);
            gate.open(true);
            note(left == result.argmax(0));
            depth = result.layersUsed(0);
            layers += depth;
          }
        }
        fed[0] = task.sampler().sample(result, 0);
        more = task.emit(fed[0], depth);
      }
      return new DecodingReport(counters(), agreement.warning().stream().toList());
    }

    private boolean isChecked() {
      return settings.checkFirst() && !agreement.isKnown()
          || settings.checkEvery() > 0 && exits % settings.checkEvery() == 0;
    }

    private void note(boolean agrees) {
      checked++;
      same += agrees ? 1 : 0;
      agreement.add(agrees);
    }

    private Map<String, Long> counters() {
      Map<String, Long> counters = new TreeMap<>();
      counters.put("steps", steps);
      counters.put("layers", layers);
      counters.put("exits", exits);
      for (int layer : settings.layers()) {
        counters.put("exits_at_" + layer, exitsAt[layer]);
      }
      if (checked > 0) {
        counters.put("exits_checked", checked);
        counters.put("exits_agreed", same);
      }
      return counters;
    }
  }
}
