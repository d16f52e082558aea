package org.edgevlm.dist.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.spi.inference.ChatMessage;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.ModelFiles;

/** A chat template and messages: {@code TEMPLATE | user TEXT | assistant TEXT}. */
final class TemplateDriver implements Driver {

  private final Backends backends;
  private final Seeds seeds;

  TemplateDriver(Backends backends, Seeds seeds) {
    this.backends = backends;
    this.seeds = seeds;
  }

  /** Words that a mutation made stand for roles too. */
  private static ChatMessage.Role role(String name) {
    return switch (name) {
      case "system" -> ChatMessage.Role.SYSTEM;
      case "assistant" -> ChatMessage.Role.ASSISTANT;
      default -> ChatMessage.Role.USER;
    };
  }

  @Override
  public void run(String line) throws Exception {
    String[] parts = line.split(" \\| ");
    List<ChatMessage> messages = new ArrayList<>();
    for (int i = 1; i < parts.length; i++) {
      String[] message = parts[i].trim().split(" ", 2);
      messages.add(
          new ChatMessage(role(message[0]), message.length < 2 ? "" : Texts.decode(message[1])));
    }
    Map<String, String> keys =
        Map.of("threads", "1", "chat_template", Texts.decode(parts[0].trim()));
    ModelFiles files = new ModelFiles(seeds.path("words"), Optional.empty());
    for (InferenceBackendProvider provider : backends.all()) {
      String id = provider.id() + ": ";
      try (InferenceBackend backend = backends.open(provider, keys)) {
        LanguageModel model =
            Calls.attempt(id + "load", () -> backend.load(files, LoadProgress.NONE));
        if (model != null) {
          for (boolean open : new boolean[] {true, false}) {
            Calls.attempt(
                id + "template", () -> model.tokenizer().applyChatTemplate(messages, open));
          }
          model.close();
        }
      }
    }
  }
}
