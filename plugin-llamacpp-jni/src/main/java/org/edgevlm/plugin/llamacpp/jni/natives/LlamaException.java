package org.edgevlm.plugin.llamacpp.jni.natives;

import org.edgevlm.spi.EdgeVlmException;

/** llama.cpp reports an error; the message is its own. */
public final class LlamaException extends EdgeVlmException {

  private static final long serialVersionUID = 1L;

  /** Made by the glue. */
  public LlamaException(String message) {
    super(message);
  }
}
