package org.edgevlm.testkit.asserting;

/** What the asserting decorators watch over. */
public enum Promise {
  /** Nothing is used after it was closed. */
  NOTHING_IS_USED_AFTER_CLOSE,
  /** What was opened is closed before what opened it. */
  CHILDREN_ARE_CLOSED_FIRST,
  /** A second close does nothing. */
  CLOSE_IS_IDEMPOTENT,
  /** Sessions, samplers and constraints are used by one thread at a time. */
  ONE_THREAD_AT_A_TIME,
  /** Sizes, widths and counts of results are those that were asked for. */
  RESULTS_FIT_THE_REQUEST,
  /** A step moves the position by what was fed; a refused one doesn't. */
  POSITIONS_ADD_UP,
  /** A step's result isn't read after the session's next call. */
  RESULTS_ARE_NOT_STALE,
  /** A strategy emits tokens of the vocabulary, made by layers of the model. */
  TOKENS_ARE_IN_THE_VOCABULARY,
  /** A strategy goes on until emit says stop, and no further. */
  EMIT_DECIDES_THE_END,
  /** On return the session holds the prompt and what was emitted; the last token may be missing. */
  THE_SESSION_HOLDS_THE_ANSWER,
  /** A strategy closes the samplers that it copied. */
  SAMPLER_COPIES_ARE_CLOSED,
  /** A strategy leaves it to the runtime to remember emitted tokens, and to close what it lent. */
  LENT_THINGS_ARE_LEFT_ALONE,
  /** A policy changes a cache only through the plan. */
  POLICIES_ONLY_PLAN,
  /** Whether a policy is due is asked of lengths and positions only. */
  IS_DUE_IS_CHEAP
}
