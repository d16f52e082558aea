package org.edgevlm.app.cli;

/** What a score is held against: answers that don't come from looking at the picture. */
enum Baseline {
  /** The model's, shown a grey picture each time. */
  BLANK,
  /** The one that is right most often for its kind of question; no model is asked. */
  FREQUENT
}
