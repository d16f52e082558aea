package org.edgevlm.app.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import org.edgevlm.app.score.Share;

/** The figures of one setting, from its answers and those of the setting that is "off". */
final class Comparison {

  private static final String KV_BYTES = "kv_bytes";
  private static final String KV_PREFILL = "kv_bytes_prefill";
  private static final String KV_KEPT = "kv_bytes_kept";
  private static final String LAYERS = "layers";
  private static final double MICROS_PER_MILLI = 1e3;
  private static final double MILLIS_PER_SECOND = 1e3;

  /** An answer, and the one that off gave to the same question in the same turn. */
  private record Pair(Observation off, Observation own) {}

  private final List<Pair> pairs = new ArrayList<>();
  private final Map<Integer, List<Pair>> byPicture = new LinkedHashMap<>();
  private final Map<Figure, Interval> figures = new EnumMap<>(Figure.class);

  private Comparison(List<Observation> off, List<Observation> own) {
    for (int i = 0; i < own.size(); i++) {
      Pair pair = new Pair(off.get(i), own.get(i));
      pairs.add(pair);
      byPicture.computeIfAbsent(pair.own().picture(), picture -> new ArrayList<>()).add(pair);
    }
  }

  /**
   * Compares.
   *
   * @param off of the same questions, in the same order
   */
  static Map<Figure, Interval> of(List<Observation> off, List<Observation> own) {
    Comparison comparison = new Comparison(off, own);
    comparison.times();
    comparison.memory();
    comparison.depth();
    comparison.drafts();
    comparison.agreement();
    comparison.accuracy();
    if (off == own) {
      comparison.put(Figure.ACCURACY_DIFFERENCE, 0);
    }
    return comparison.figures;
  }

  /** How many tokens each depth made, without those that the prompt's step made. */
  static Map<Integer, Long> exits(List<Observation> own) {
    Map<Integer, Long> exits = new TreeMap<>();
    for (Observation observation : own) {
      for (int i = 1; i < observation.layers().length; i++) {
        exits.merge(observation.layers()[i], 1L, Long::sum);
      }
    }
    return exits;
  }

  private void put(Figure figure, double value) {
    figures.put(figure, Interval.exact(value));
  }

  private void times() {
    median(Figure.DECODE_MS, pair -> pair.own().caption(), (off, own) -> own.millisPerToken());
    ToDoubleBiFunction<Observation, Observation> decode =
        (off, own) -> own.millisPerToken() / off.millisPerToken();
    median(Figure.DECODE_SHARE, pair -> pair.own().caption(), decode);
    median(Figure.DECODE_SHARE_ALL, pair -> true, decode);
    figures.put(Figure.SPEED_UP, figures.get(Figure.DECODE_SHARE).inverse());
    double tokens = sum(captions(), observation -> observation.layers().length);
    double millis = sum(captions(), observation -> observation.timings().decodeMs());
    put(Figure.TOKENS_PER_SECOND, tokens * MILLIS_PER_SECOND / millis);
    median(
        Figure.PREFILL_MS, pair -> pair.own().caption(), (off, own) -> own.timings().prefillMs());
    median(
        Figure.PREFILL_SHARE,
        pair -> pair.own().caption(),
        (off, own) -> own.timings().prefillMs() / off.timings().prefillMs());
    median(
        Figure.REQUEST_SHARE,
        pair -> pair.own().caption(),
        (off, own) -> own.timings().totalMs() / off.timings().totalMs());
  }

  private void median(
      Figure figure, Predicate<Pair> which, ToDoubleBiFunction<Observation, Observation> value) {
    List<double[]> units = new ArrayList<>();
    for (List<Pair> picture : byPicture.values()) {
      units.add(
          picture.stream()
              .filter(which)
              .mapToDouble(pair -> value.applyAsDouble(pair.off(), pair.own()))
              .filter(Double::isFinite)
              .toArray());
    }
    figures.put(
        figure,
        Bootstrap.of(
            units,
            sample -> Bootstrap.median(sample.stream().flatMapToDouble(Arrays::stream).toArray())));
  }

  private List<Observation> captions() {
    return pairs.stream().map(Pair::own).filter(Observation::caption).toList();
  }

  private List<Observation> own() {
    return pairs.stream().map(Pair::own).toList();
  }

  private List<Observation> off() {
    return pairs.stream().map(Pair::off).toList();
  }

  private static double sum(List<Observation> of, ToDoubleFunction<Observation> value) {
    return of.stream().mapToDouble(value).sum();
  }

  private void memory() {
    int answers = pairs.size();
    double prefill = sum(own(), Comparison::prefill);
    double kept = sum(own(), Comparison::kept);
    double end = sum(own(), Comparison::end);
    double peak = sum(own(), Comparison::peak);
    put(Figure.KV_BYTES_PREFILL, prefill / answers);
    put(Figure.KV_BYTES_KEPT, kept / answers);
    put(Figure.KV_BYTES_END, end / answers);
    put(Figure.KV_BYTES_PEAK, peak / answers);
    put(Figure.KV_KEPT_SHARE, kept / prefill);
    put(Figure.KV_SHARE, end / sum(off(), Comparison::end));
    put(Figure.KV_PEAK_SHARE, peak / sum(off(), Comparison::peak));
    put(
        Figure.EVICTED,
        sum(own(), observation -> observation.counter("evicted_entries")) / answers);
  }

  private static double prefill(Observation observation) {
    return observation.counter(KV_PREFILL);
  }

  private static double kept(Observation observation) {
    return observation.counters().getOrDefault(KV_KEPT, observation.counter(KV_PREFILL));
  }

  private static double end(Observation observation) {
    return observation.counter(KV_BYTES);
  }

  private static double peak(Observation observation) {
    return Math.max(prefill(observation), end(observation));
  }

  private void depth() {
    double layers = layersPerToken(own());
    put(Figure.LAYERS_PER_TOKEN, layers);
    put(Figure.LAYERS_SHARE, layers / layersPerToken(off()));
    // As many steps as tokens: the first is the prompt's, and the end that isn't kept takes one.
    double steps = sum(captions(), observation -> observation.layers().length);
    double millis = sum(captions(), observation -> observation.timings().decodeMs());
    put(Figure.MICROS_PER_LAYER, millis * MICROS_PER_MILLI / (steps * layersPerToken(captions())));
  }

  /**
   * As the strategy counts them, checks included; else by the depth that each token says it has.
   */
  private static double layersPerToken(List<Observation> of) {
    long layers = 0;
    long tokens = 0;
    for (Observation observation : of) {
      if (observation.counters().containsKey(LAYERS)) {
        layers += observation.counter(LAYERS);
        tokens += observation.tokens().length - 1;
      } else {
        for (int i = 1; i < observation.layers().length; i++) {
          layers += observation.layers()[i];
          tokens++;
        }
      }
    }
    return (double) layers / tokens;
  }

  private void drafts() {
    double drafted = sum(own(), observation -> observation.counter("drafted"));
    boolean speculates =
        pairs.stream().anyMatch(pair -> pair.own().counters().containsKey("drafted"));
    if (speculates) {
      put(
          Figure.DRAFTED_PER_TOKEN,
          drafted / sum(own(), observation -> observation.layers().length));
      put(Figure.ACCEPTANCE, sum(own(), observation -> observation.counter("accepted")) / drafted);
      put(
          Figure.SPECULATION_OFF,
          sum(own(), observation -> observation.counter("speculation_off")) / pairs.size());
    }
  }

  /** Answers don't change from round to round, so the first one tells. */
  private static boolean isFirst(Pair pair) {
    return pair.own().round() == 0;
  }

  private void agreement() {
    agreement(Figure.TOKEN_AGREEMENT, Agreement::positions);
    agreement(Figure.PREFIX_AGREEMENT, Agreement::upToFirstDifference);
    agreement(Figure.CHOICE_AGREEMENT, Agreement::choices);
    Share identical = Share.NONE;
    for (Pair pair : pairs) {
      if (isFirst(pair)) {
        identical = identical.plus(Arrays.equals(pair.off().tokens(), pair.own().tokens()));
      }
    }
    figures.put(Figure.IDENTICAL_ANSWERS, interval(identical));
  }

  private void agreement(Figure figure, ToDoubleFunction<Agreement> share) {
    figures.put(
        figure,
        Bootstrap.of(
            List.copyOf(byPicture.values()),
            sample -> {
              Agreement sum = Agreement.NONE;
              for (List<Pair> picture : sample) {
                for (Pair pair : picture) {
                  if (isFirst(pair)) {
                    sum = sum.plus(pair.off().tokens(), pair.own().tokens());
                  }
                }
              }
              return share.applyAsDouble(sum);
            }));
  }

  private void accuracy() {
    figures.put(Figure.OBJECTS, interval(right(Observation::caption)));
    figures.put(Figure.QUESTIONS, interval(right(observation -> !observation.caption())));
    figures.put(Figure.ACCURACY, interval(right(observation -> true)));
    PairedShares paired = PairedShares.NONE;
    for (Pair pair : pairs) {
      if (isFirst(pair)) {
        Share off = pair.off().right();
        paired = paired.plus(off.right(), pair.own().right().right(), off.total());
      }
    }
    Interval score = paired.difference();
    // The things of a picture hang together, which the score interval doesn't know.
    Interval pictures =
        Bootstrap.of(List.copyOf(byPicture.values()), Comparison::accuracyDifference);
    figures.put(Figure.ACCURACY_DIFFERENCE, score.widened(pictures));
  }

  private static double accuracyDifference(List<List<Pair>> pictures) {
    int difference = 0;
    int total = 0;
    for (List<Pair> picture : pictures) {
      for (Pair pair : picture) {
        if (isFirst(pair)) {
          difference += pair.own().right().right() - pair.off().right().right();
          total += pair.own().right().total();
        }
      }
    }
    return total == 0 ? Double.NaN : (double) difference / total;
  }

  private Share right(Predicate<Observation> which) {
    Share share = Share.NONE;
    for (Pair pair : pairs) {
      if (isFirst(pair) && which.test(pair.own())) {
        share = share.plus(pair.own().right());
      }
    }
    return share;
  }

  private static Interval interval(Share share) {
    return share.total() == 0
        ? Interval.exact(Double.NaN)
        : new Interval(share.value(), share.low(), share.high());
  }
}
