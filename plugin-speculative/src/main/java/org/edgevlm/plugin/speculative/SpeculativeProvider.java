package org.edgevlm.plugin.speculative;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;

/** Registers {@code decoding: speculative}: a small model of the same vocabulary drafts. */
public final class SpeculativeProvider implements DecodingStrategyProvider {

  private static final ConfigKey<String> DRAFT_MODEL =
      ConfigKey.text(
          "draft_model",
          "",
          "the model that drafts: a name or path as under 'model', with the same vocabulary;"
              + " empty for the one beside the model that answers (<its name>-draft.gguf)");
  private static final ConfigKey<DraftImage> DRAFT_IMAGE =
      ConfigKey.choice(
          "draft_image",
          DraftImage.AUTO,
          "how the draft sees the picture: embedding (the answering model's, which has to be as"
              + " wide as the draft), encoder (the draft's own projector), never, or auto: the"
              + " first of these that can be");

  /** For {@link java.util.ServiceLoader}. */
  public SpeculativeProvider() {}

  @Override
  public String id() {
    return "speculative";
  }

  @Override
  public String version() {
    return "0.1.0";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public String description() {
    return "A small model drafts several tokens, the model verifies them in one step";
  }

  @Override
  public Set<Capability> requires() {
    return EnumSet.of(Capability.TOKEN_STEPPING, Capability.REWIND);
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    List<ConfigKey<?>> keys = new ArrayList<>(List.of(DRAFT_MODEL, DRAFT_IMAGE));
    keys.addAll(SpeculationSettings.KEYS);
    return keys;
  }

  @Override
  public DecodingStrategy create(DecodingContext context) {
    String model = draftModel(context);
    return new SpeculativeStrategy(
        context.target(),
        SpeculationSettings.of(context.config()),
        ModelSource.open(context, model, context.config().get(DRAFT_IMAGE)));
  }

  private static String draftModel(DecodingContext context) {
    String model = context.config().get(DRAFT_MODEL);
    if (!model.isBlank()) {
      return model;
    }
    return context
        .draft()
        .orElseThrow(
            () ->
                new PluginException(
                    "speculative.draft_model is empty and no draft lies beside the model that"
                        + " answers (<its name>-draft.gguf): name a model with its vocabulary, or"
                        + " use decoding: prompt-lookup or self-speculative, which need none"));
  }
}
