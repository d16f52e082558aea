package org.edgevlm.spi.vision;

import org.edgevlm.spi.Api;

/**
 * One tile of an image, for encoders that look at a large picture piece by piece: the whole image
 * is stretched to {@code scaledWidth × scaledHeight}, and the tile is the encoder-sized window of
 * that whose top left corner is at {@code x, y}.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record Tile(int scaledWidth, int scaledHeight, int x, int y) {

  public Tile {
    if (scaledWidth < 1
        || scaledHeight < 1
        || x < 0
        || y < 0
        || x >= scaledWidth
        || y >= scaledHeight) {
      throw new IllegalArgumentException(
          "tile at " + x + "," + y + " of " + scaledWidth + "×" + scaledHeight);
    }
  }
}
