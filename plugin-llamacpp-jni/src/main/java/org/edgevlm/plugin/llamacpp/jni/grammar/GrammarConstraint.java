package org.edgevlm.plugin.llamacpp.jni.grammar;

import java.nio.charset.StandardCharsets;
import org.edgevlm.plugin.llamacpp.jni.natives.Llama;
import org.edgevlm.plugin.llamacpp.jni.natives.LlamaException;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.GrammarException;
import org.edgevlm.spi.inference.TokenConstraint;

/** A grammar's state in llama.cpp. Calls wait for each other, so none meets freed memory. */
public final class GrammarConstraint implements TokenConstraint {

  /** Told of constraints that come and go, as they keep their model open. */
  public interface Owner {

    /** One more; an error if the model is closed. */
    void opened();

    /** One less. */
    void closed();
  }

  private final Owner owner;
  private final int vocabularySize;
  private long handle;

  private GrammarConstraint(Owner owner, int vocabularySize, long handle) {
    this.owner = owner;
    this.vocabularySize = vocabularySize;
    this.handle = handle;
  }

  /**
   * Opens a grammar at the beginning of an answer.
   *
   * @param model a handle that stays open while the owner counts this
   * @throws GrammarException if the grammar can't be read
   */
  public static GrammarConstraint open(
      Owner owner, long model, int vocabularySize, Grammar grammar) {
    String text =
        grammar.kind() == Grammar.Kind.JSON_SCHEMA
            ? JsonSchemaGrammar.of(grammar.text())
            : grammar.text();
    GbnfCheck.check(text);
    owner.opened();
    try {
      long handle = Llama.openGrammar(model, text.getBytes(StandardCharsets.UTF_8));
      return new GrammarConstraint(owner, vocabularySize, handle);
    } catch (LlamaException e) {
      owner.closed();
      throw new GrammarException("llama.cpp can't read the grammar: " + e.getMessage(), e);
    } catch (RuntimeException | OutOfMemoryError e) {
      owner.closed();
      throw e;
    }
  }

  @Override
  public synchronized boolean allows(int token) {
    requireOpen();
    requireToken(token);
    return Llama.grammarAllows(handle, token);
  }

  @Override
  public synchronized void mask(float[] logits) {
    requireOpen();
    if (logits.length != vocabularySize) {
      throw new IllegalArgumentException(
          "there are " + logits.length + " logits; the vocabulary has " + vocabularySize);
    }
    Llama.maskLogits(handle, logits);
  }

  @Override
  public synchronized void accept(int token) {
    requireOpen();
    requireToken(token);
    if (!Llama.acceptToken(handle, token)) {
      throw new IllegalArgumentException("the grammar doesn't allow token " + token + " here");
    }
  }

  @Override
  public synchronized TokenConstraint copy() {
    requireOpen();
    owner.opened();
    try {
      return new GrammarConstraint(owner, vocabularySize, Llama.copyGrammar(handle));
    } catch (RuntimeException | OutOfMemoryError e) {
      owner.closed();
      throw e;
    }
  }

  private void requireToken(int token) {
    if (token < 0 || token >= vocabularySize) {
      throw new IllegalArgumentException(
          "token " + token + " is not in the vocabulary of " + vocabularySize);
    }
  }

  private void requireOpen() {
    if (handle == 0) {
      throw new IllegalStateException("the constraint is closed");
    }
  }

  @Override
  public synchronized void close() {
    if (handle != 0) {
      Llama.freeGrammar(handle);
      handle = 0;
      owner.closed();
    }
  }
}
