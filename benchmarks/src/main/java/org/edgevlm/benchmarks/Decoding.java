package org.edgevlm.benchmarks;

/** A language model with one conversation, whoever runs it. */
interface Decoding extends AutoCloseable {

  /** Begins again. */
  void reset();

  /** Feeds a prompt and takes the likeliest next token. */
  int prefill(Prompt prompt);

  /** Feeds one token and takes the likeliest next one. */
  int decode(int token);

  @Override
  void close();
}
