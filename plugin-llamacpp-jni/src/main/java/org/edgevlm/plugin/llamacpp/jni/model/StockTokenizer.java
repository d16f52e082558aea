package org.edgevlm.plugin.llamacpp.jni.model;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.edgevlm.gguf.TokenizerGuard;
import org.edgevlm.plugin.llamacpp.jni.natives.Llama;
import org.edgevlm.plugin.llamacpp.jni.natives.LlamaException;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.inference.ChatMessage;
import org.edgevlm.spi.inference.Tokenizer;

/** The vocabulary of an open model. What doesn't change is read once. */
final class StockTokenizer implements Tokenizer {

  private static final String TEMPLATE_KEY =
      "name one with the key llamacpp-jni.chat_template, such as vicuna or chatml";

  private final long model;
  private final TokenizerGuard guard;
  private final byte[][] pieces;
  private final byte[] kinds;
  private final List<String> controlTexts;
  private final int beginOfText;
  private final byte[] template;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  /**
   * @param guard for the file's vocabulary
   * @param chatTemplate a template, or the name of one that llama.cpp knows, in place of the file's
   */
  StockTokenizer(long model, TokenizerGuard guard, Optional<String> chatTemplate) {
    this.model = model;
    this.guard = guard;
    kinds = Llama.tokenKinds(model);
    pieces = new byte[kinds.length][];
    for (int token = 0; token < kinds.length; token++) {
      pieces[token] = Llama.piece(model, token);
    }
    controlTexts =
        IntStream.range(0, kinds.length)
            .filter(token -> (kinds[token] & Llama.CONTROL) != 0)
            .mapToObj(token -> new String(Llama.tokenText(model, token), StandardCharsets.UTF_8))
            .filter(text -> !text.isEmpty())
            .toList();
    beginOfText = Llama.beginOfText(model);
    template =
        chatTemplate
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .orElseGet(() -> Llama.chatTemplate(model));
  }

  @Override
  public int size() {
    return pieces.length;
  }

  @Override
  public int[] encode(String text, boolean parseSpecial) {
    return guard.encode(text, utf8 -> encode(utf8, parseSpecial));
  }

  private int[] encode(byte[] utf8, boolean parseSpecial) {
    return open(
        () -> {
          try {
            return utf8.length == 0 ? new int[0] : Llama.tokenize(model, utf8, parseSpecial);
          } catch (LlamaException e) {
            // No token stands for one of the bytes.
            throw new EdgeVlmException("the vocabulary has no tokens for a part of the text", e);
          }
        });
  }

  @Override
  public byte[] piece(int token) {
    return pieces[Objects.checkIndex(token, pieces.length)];
  }

  @Override
  public boolean isEndOfGeneration(int token) {
    return (kinds[Objects.checkIndex(token, kinds.length)] & Llama.END_OF_GENERATION) != 0;
  }

  @Override
  public int beginOfText() {
    return beginOfText;
  }

  @Override
  public List<String> controlTexts() {
    return controlTexts;
  }

  @Override
  public String applyChatTemplate(List<ChatMessage> messages, boolean openAnswer) {
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("a conversation has at least one message");
    }
    if (template == null) {
      throw new EdgeVlmException("the model's file has no chat template: " + TEMPLATE_KEY);
    }
    StringBuilder texts = new StringBuilder();
    for (ChatMessage message : messages) {
      // A NUL would end a C string early, and no template has a use for one.
      texts.append(message.role().name().toLowerCase(Locale.ROOT)).append('\0');
      texts.append(message.content().replace('\0', ' ')).append('\0');
    }
    byte[] utf8 = texts.toString().getBytes(StandardCharsets.UTF_8);
    byte[] result = open(() -> Llama.applyTemplate(template, utf8, messages.size(), openAnswer));
    if (result == null) {
      throw new EdgeVlmException(
          "llama.cpp doesn't know the model's chat template: " + TEMPLATE_KEY);
    }
    return new String(result, StandardCharsets.UTF_8);
  }

  /** Calls llama.cpp while the model can't be freed. */
  private <T> T open(Supplier<T> call) {
    Lock reading = lock.readLock();
    reading.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the model is closed");
      }
      return call.get();
    } finally {
      reading.unlock();
    }
  }

  /** Lets nobody in any more, and waits for those who are. */
  void close() {
    lock.writeLock().lock();
    closed = true;
    lock.writeLock().unlock();
  }
}
