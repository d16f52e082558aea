package org.edgevlm.runtime.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.edgevlm.runtime.Conversation;
import org.edgevlm.spi.decoding.Prompt;
import org.edgevlm.spi.inference.ChatMessage;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.ImageLayout;
import org.edgevlm.spi.inference.Tokenizer;
import org.edgevlm.spi.vision.ImageTensor;

/**
 * Lays a picture and what is said about it out by a template, as tokens and embeddings.
 *
 * <p>What is said can forge neither the image's place nor a turn: it is put in after the template
 * was cut, and where it contains a control token's text, or would complete one with the text around
 * it, it is tokenised on its own and without control tokens. Otherwise it is tokenised together
 * with the text around it, as in training.
 */
final class PromptBuilder {

  private final Tokenizer tokenizer;
  private final PromptTemplate template;
  private final List<String> controlTexts;

  PromptBuilder(Tokenizer tokenizer, PromptTemplate template) {
    this.tokenizer = Objects.requireNonNull(tokenizer, "tokenizer");
    this.template = Objects.requireNonNull(template, "template");
    controlTexts = tokenizer.controlTexts().stream().filter(text -> !text.isEmpty()).toList();
  }

  /**
   * A prompt with one image.
   *
   * @param conversation what was said before the question, and where the image is
   * @param question in the user's words; white space at its ends is dropped
   * @param parts what stands in place of the image
   * @param pixels what the tiles were encoded from, in the same order
   * @param tiles the image's embeddings, by tile
   * @throws org.edgevlm.runtime.ConversationException if the template has no place for what was
   *     said before
   */
  Prompt build(
      Conversation conversation,
      String question,
      List<ImageLayout.Part> parts,
      ImageTensor pixels,
      List<ImageEmbedding> tiles) {
    List<ChatMessage> earlier = conversation.earlier();
    List<Prompt.Part> prompt = new ArrayList<>();
    Stretch text = new Stretch();
    for (PromptTemplate.Piece piece : template.lay(conversation)) {
      if (piece instanceof PromptTemplate.Piece.Fixed fixed) {
        text.append(fixed.text());
      } else if (piece instanceof PromptTemplate.Piece.Message message) {
        int index = message.index();
        text.say(index < earlier.size() ? earlier.get(index).content() : question);
      } else {
        for (ImageLayout.Part part : parts) {
          if (part instanceof ImageLayout.Part.Text between) {
            text.append(between.text());
          } else if (part instanceof ImageLayout.Part.Tile tile) {
            addText(prompt, text.tokens());
            text = new Stretch();
            prompt.add(new Prompt.Part.Image(tiles.get(tile.index()), pixels.single(tile.index())));
          }
        }
      }
    }
    addText(prompt, text.tokens());
    return new Prompt(withBeginOfText(prompt));
  }

  /** Text without an image in it, of the template's and what was said. */
  private final class Stretch {

    private final StringBuilder text = new StringBuilder();
    private final List<Span> said = new ArrayList<>();

    /** Adds the template's text. */
    void append(String fixed) {
      text.append(fixed);
    }

    /** Adds what somebody says. */
    void say(String message) {
      String words = message.strip();
      said.add(new Span(text.length(), text.length() + words.length()));
      text.append(words);
    }

    int[] tokens() {
      String all = text.toString();
      List<int[]> encoded = new ArrayList<>();
      int from = 0;
      for (Span span : said) {
        if (forges(all, span.start(), span.end())) {
          encoded.add(encode(all.substring(from, span.start()), true));
          encoded.add(encode(all.substring(span.start(), span.end()), false));
          from = span.end();
        }
      }
      encoded.add(encode(all.substring(from), true));
      return join(encoded);
    }
  }

  /** Where something is said in a text, the end exclusive. */
  private record Span(int start, int end) {}

  /** Whether a control token's text has at least one character between two places. */
  private boolean forges(String text, int start, int end) {
    for (String control : controlTexts) {
      int from = Math.max(0, start - control.length() + 1);
      int at = text.indexOf(control, from);
      if (at >= 0 && at < end) {
        return true;
      }
    }
    return false;
  }

  private List<Prompt.Part> withBeginOfText(List<Prompt.Part> prompt) {
    int begin = tokenizer.beginOfText();
    if (begin < 0) {
      return prompt;
    }
    int[] alone = {begin};
    if (prompt.get(0) instanceof Prompt.Part.Text first) {
      // Some templates write it out.
      if (first.tokens()[0] != begin) {
        prompt.set(0, new Prompt.Part.Text(join(List.of(alone, first.tokens()))));
      }
    } else {
      prompt.add(0, new Prompt.Part.Text(alone));
    }
    return prompt;
  }

  private int[] encode(String text, boolean parseSpecial) {
    // Some vocabularies put a space before any text, even none.
    return text.isEmpty() ? new int[0] : tokenizer.encode(text, parseSpecial);
  }

  private static void addText(List<Prompt.Part> prompt, int[] tokens) {
    if (tokens.length > 0) {
      prompt.add(new Prompt.Part.Text(tokens));
    }
  }

  private static int[] join(List<int[]> parts) {
    int length = 0;
    for (int[] part : parts) {
      length += part.length;
    }
    int[] all = new int[length];
    int at = 0;
    for (int[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
