package org.edgevlm.runtime.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.edgevlm.spi.decoding.SamplingParameters;

/** {@link SamplingParameters} by the book: a sorted list of candidates that gets shorter. */
final class SlowSampler {

  private record Candidate(int token, double logit, double probability) {}

  private SlowSampler() {}

  static double[] probabilities(float[] logits, Set<Integer> answer, SamplingParameters p) {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < logits.length; i++) {
      double logit = logits[i];
      if (answer.contains(i) && p.repetitionPenalty() != 1) {
        float penalty = (float) p.repetitionPenalty();
        logit = logits[i] > 0 ? logits[i] / penalty : logits[i] * penalty;
      }
      if (!Double.isNaN(logit)) {
        candidates.add(new Candidate(i, logit, 0));
      }
    }
    candidates.sort(
        Comparator.comparingDouble((Candidate c) -> -c.logit()).thenComparingInt(Candidate::token));
    if (p.topK() > 0 && p.topK() < candidates.size()) {
      candidates = candidates.subList(0, p.topK());
    }
    if (p.isGreedy()) {
      candidates = List.of(new Candidate(candidates.get(0).token(), 0, 1));
    } else {
      double max = candidates.get(0).logit();
      candidates =
          normalise(
              candidates.stream()
                  .map(
                      c ->
                          new Candidate(
                              c.token(), c.logit(), Math.exp((c.logit() - max) / p.temperature())))
                  .toList());
      List<Candidate> kept = new ArrayList<>();
      double sum = 0;
      for (Candidate candidate : candidates) {
        if (p.topP() < 1 && sum >= p.topP()) {
          break;
        }
        kept.add(candidate);
        sum += candidate.probability();
      }
      double least = p.minP() * kept.get(0).probability();
      candidates = normalise(kept.stream().filter(c -> c.probability() >= least).toList());
    }
    double[] result = new double[logits.length];
    candidates.forEach(c -> result[c.token()] = c.probability());
    return result;
  }

  private static List<Candidate> normalise(List<Candidate> candidates) {
    double sum = candidates.stream().mapToDouble(Candidate::probability).sum();
    return candidates.stream()
        .map(c -> new Candidate(c.token(), c.logit(), c.probability() / sum))
        .toList();
  }
}
