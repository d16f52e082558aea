package org.edgevlm.plugin.llamacpp.bytedeco.vocab;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.TokenizerGuard;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.inference.ChatMessage;
import org.edgevlm.spi.inference.ModelFormatException;
import org.edgevlm.spi.inference.Tokenizer;

/**
 * The vocabulary of a GGUF file, by llama.cpp, which loads nothing else of the file. The file must
 * have passed {@link org.edgevlm.plugin.llamacpp.bytedeco.shape.LlamaShape#of}.
 */
public final class GgufTokenizer implements Tokenizer, AutoCloseable {

  private final TokenizerGuard guard;
  private final Llama.Model model;
  private final Llama.Vocab vocab;
  private final byte[][] pieces;
  private final boolean[] ends;
  private final List<String> controlTexts;
  private final int beginOfText;
  private final BytePointer template;

  /** Held by whoever reads the native vocabulary, so that it isn't freed meanwhile. */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  private boolean closed;

  /**
   * Loads a file's vocabulary.
   *
   * @param chatTemplate a template, or the name of one that llama.cpp knows, in place of the file's
   */
  public GgufTokenizer(GgufFile file, Optional<String> chatTemplate) {
    guard = TokenizerGuard.of(file);
    Llama.silence();
    Llama.llama_backend_init();
    try (BytePointer path = Region.terminated(file.path().toString())) {
      model = Llama.loadVocabulary(path);
    }
    if (model == null) {
      throw new ModelFormatException(file.path() + ": llama.cpp can't read the vocabulary");
    }
    vocab = Llama.llama_model_get_vocab(model);
    int size = Llama.llama_vocab_n_tokens(vocab);
    pieces = new byte[size][];
    ends = new boolean[size];
    List<String> controls = new ArrayList<>();
    try (BytePointer buffer = new BytePointer(1024)) {
      for (int token = 0; token < size; token++) {
        pieces[token] = readPiece(token, buffer);
        ends[token] = Llama.llama_vocab_is_eog(vocab, token);
        if (Llama.llama_vocab_is_control(vocab, token)) {
          controls.add(text(Llama.llama_vocab_get_text(vocab, token)));
        }
      }
    }
    controlTexts = controls.stream().filter(text -> !text.isEmpty()).toList();
    beginOfText = Llama.llama_vocab_get_add_bos(vocab) ? Llama.llama_vocab_bos(vocab) : -1;
    template =
        chatTemplate
            .map(Region::terminated)
            .orElseGet(() -> Llama.llama_model_chat_template(model, null));
  }

  private byte[] readPiece(int token, BytePointer buffer) {
    int length =
        Llama.llama_token_to_piece(vocab, token, buffer, (int) buffer.capacity(), 0, false);
    if (length >= 0) {
      byte[] piece = new byte[length];
      buffer.position(0).get(piece);
      return piece;
    }
    try (BytePointer larger = new BytePointer(-length)) {
      return readPiece(token, larger);
    }
  }

  private static String text(BytePointer cString) {
    byte[] bytes = cString.getStringBytes();
    return new String(bytes, StandardCharsets.UTF_8);
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
    if (utf8.length == 0) {
      return new int[0];
    }
    return open(() -> encodeOpen(utf8, parseSpecial));
  }

  private int[] encodeOpen(byte[] utf8, boolean parseSpecial) {
    int[] tokens = new int[utf8.length + 2];
    try (BytePointer bytes = new BytePointer(utf8)) {
      int count = encode(bytes, utf8.length, tokens, parseSpecial);
      if (count < 0) {
        tokens = new int[-count];
        count = encode(bytes, utf8.length, tokens, parseSpecial);
      }
      return Arrays.copyOf(tokens, count);
    } catch (RuntimeException e) {
      // A C++ exception: no token stands for one of the bytes.
      throw new EdgeVlmException("the vocabulary has no tokens for a part of the text", e);
    }
  }

  private int encode(BytePointer bytes, int length, int[] tokens, boolean parseSpecial) {
    return Llama.llama_tokenize(vocab, bytes, length, tokens, tokens.length, false, parseSpecial);
  }

  @Override
  public byte[] piece(int token) {
    return pieces[Objects.checkIndex(token, pieces.length)];
  }

  @Override
  public boolean isEndOfGeneration(int token) {
    return ends[Objects.checkIndex(token, ends.length)];
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
    return open(() -> applyOpen(messages, openAnswer));
  }

  private String applyOpen(List<ChatMessage> messages, boolean openAnswer) {
    if (template == null || template.isNull()) {
      throw new EdgeVlmException(
          "the model's file has no chat template: name one with the key llamacpp-bytedeco.chat_template");
    }
    StringBuilder texts = new StringBuilder();
    for (ChatMessage message : messages) {
      // A NUL would end a C string early, and no template has a use for one.
      texts.append(message.role().name().toLowerCase(Locale.ROOT)).append('\0');
      texts.append(message.content().replace('\0', ' ')).append('\0');
    }
    byte[] utf8 = texts.toString().getBytes(StandardCharsets.UTF_8);
    int room = 2 * utf8.length + 1024;
    try (BytePointer in = new BytePointer(utf8);
        BytePointer out = new BytePointer(room)) {
      int length = Llama.applyTemplate(template, in, messages.size(), openAnswer, out, room);
      if (length < 0 || length > room) {
        throw new EdgeVlmException(
            "llama.cpp doesn't know the model's chat template: name one with the key llamacpp-bytedeco.chat_template");
      }
      byte[] result = new byte[length];
      out.position(0).get(result);
      return new String(result, StandardCharsets.UTF_8);
    }
  }

  private <T> T open(Supplier<T> call) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the model is closed");
      }
      return call.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Frees the vocabulary. Idempotent. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        Llama.llama_model_free(model);
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
