package org.edgevlm.app.bench;

import java.util.Locale;
import java.util.Optional;

/** What is measured of a setting. Shares are of the first setting, which is "off". */
public enum Figure {
  /** Median over captions. */
  DECODE_MS("ms"),
  /** Median of the captions' ratios to off. */
  DECODE_SHARE("share"),
  /** The same over captions and answers. */
  DECODE_SHARE_ALL("share"),
  /** The inverse of {@link #DECODE_SHARE}. */
  SPEED_UP("times"),
  /** Tokens of all captions by their decoding time. */
  TOKENS_PER_SECOND("tokens/s"),
  /** Median over captions. */
  PREFILL_MS("ms"),
  /** Median of the captions' ratios to off. */
  PREFILL_SHARE("share"),
  /** Median ratio of whole captions to off, picture and encoder included. */
  REQUEST_SHARE("share"),
  /** Mean over answers. */
  KV_BYTES_PREFILL("bytes"),
  /** What the first review left of it; the same where there is none. */
  KV_BYTES_KEPT("bytes"),
  /** At the end of the answer. */
  KV_BYTES_END("bytes"),
  /** The most of these. */
  KV_BYTES_PEAK("bytes"),
  /** Of what the prompt took before the first review. */
  KV_KEPT_SHARE("share"),
  /** At the end, of off's bytes at the end. */
  KV_SHARE("share"),
  /** Of off's peak. */
  KV_PEAK_SHARE("share"),
  /** Entries that reviews dropped, an answer, over all layers. */
  EVICTED("entries"),
  /** Layer evaluations by tokens that a step made; the first is the prompt's. */
  LAYERS_PER_TOKEN("layers"),
  /** Of off's. */
  LAYERS_SHARE("share"),
  /** Decoding time a layer evaluation. */
  MICROS_PER_LAYER("us"),
  /** Tokens drafted for each token of an answer. */
  DRAFTED_PER_TOKEN("tokens"),
  /** Accepted drafts of all drafts. */
  ACCEPTANCE("share"),
  /** Answers in which speculation was off for a while because it didn't pay. */
  SPECULATION_OFF("share"),
  /** Equal tokens at equal places. */
  TOKEN_AGREEMENT("share"),
  /** Tokens up to the first difference. */
  PREFIX_AGREEMENT("share"),
  /** Equal choices after equal words. */
  CHOICE_AGREEMENT("share"),
  /** Answers that are the same to the last token. */
  IDENTICAL_ANSWERS("share"),
  /** Objects named in captions. */
  OBJECTS("share"),
  /** Questions answered right. */
  QUESTIONS("share"),
  /** Both together. */
  ACCURACY("share"),
  /** Less off's, as a share: 0.02 is two points. */
  ACCURACY_DIFFERENCE("share");

  private final String unit;

  Figure(String unit) {
    this.unit = unit;
  }

  /** The name in files, as in {@code kv_share}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What it is measured in. */
  public String unit() {
    return unit;
  }

  /** The figure of that name. */
  static Optional<Figure> of(String id) {
    for (Figure figure : values()) {
      if (figure.id().equals(id)) {
        return Optional.of(figure);
      }
    }
    return Optional.empty();
  }
}
