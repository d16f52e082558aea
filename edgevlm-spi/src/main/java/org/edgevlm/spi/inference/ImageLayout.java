package org.edgevlm.spi.inference;

import java.util.List;
import java.util.Objects;
import org.edgevlm.spi.Api;
import org.edgevlm.spi.vision.Preprocessing;

/**
 * How a picture is prepared and how it reads in a prompt.
 *
 * @param preprocessing what the vision processor is to do; its tiles are the batch
 * @param parts what stands in the prompt in place of the picture, in order; each tile once
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record ImageLayout(Preprocessing preprocessing, List<Part> parts) {

  /** A piece of the prompt. */
  public sealed interface Part {

    /** Text between tiles, control tokens written out. */
    record Text(String text) implements Part {
      public Text {
        Objects.requireNonNull(text, "text");
      }
    }

    /** The embedding of one row of the batch. */
    record Tile(int index) implements Part {}
  }

  public ImageLayout {
    Objects.requireNonNull(preprocessing, "preprocessing");
    parts = List.copyOf(parts);
    long tiles = parts.stream().filter(Part.Tile.class::isInstance).distinct().count();
    if (tiles != Math.max(1, preprocessing.tiles().size())) {
      throw new IllegalArgumentException("parts name " + tiles + " tiles of " + preprocessing);
    }
  }

  /** One picture as a whole, with no text around it. */
  public static ImageLayout whole(Preprocessing preprocessing) {
    return new ImageLayout(preprocessing, List.of(new Part.Tile(0)));
  }
}
