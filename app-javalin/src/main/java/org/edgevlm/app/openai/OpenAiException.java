package org.edgevlm.app.openai;

/** Leaves a handler with an error as the answer. */
final class OpenAiException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** A record of plain values; it isn't meant to be written out with the exception. */
  private final transient OpenAiError error;

  OpenAiException(OpenAiError error) {
    super(error.message());
    this.error = error;
  }

  OpenAiError error() {
    return error;
  }
}
