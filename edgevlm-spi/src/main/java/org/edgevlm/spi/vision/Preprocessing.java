package org.edgevlm.spi.vision;

import java.util.List;
import java.util.Objects;
import org.edgevlm.spi.Api;

/**
 * What an encoder wants done to an image.
 *
 * @param width of the result, pixels
 * @param height of the result, pixels
 * @param resize what happens to the aspect ratio; without meaning where there are tiles
 * @param interpolation how pixels are made
 * @param normalization the numbers an encoder was trained on; its mean is the fill colour of a
 *     letterbox and what shows through transparent pixels
 * @param tiles the windows to cut, in the order of the batch; empty for one picture as a whole
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record Preprocessing(
    int width,
    int height,
    ResizeMethod resize,
    Interpolation interpolation,
    Normalization normalization,
    List<Tile> tiles) {

  public Preprocessing {
    if (width < 1 || height < 1 || width > 8192 || height > 8192) {
      throw new IllegalArgumentException("size " + width + "×" + height + " is not in 1 to 8192");
    }
    Objects.requireNonNull(resize, "resize");
    Objects.requireNonNull(interpolation, "interpolation");
    Objects.requireNonNull(normalization, "normalization");
    tiles = List.copyOf(tiles);
    for (Tile tile : tiles) {
      if (tile.x() + width > tile.scaledWidth() || tile.y() + height > tile.scaledHeight()) {
        throw new IllegalArgumentException(tile + " leaves the scaled image");
      }
    }
  }

  /** One picture as a whole. */
  public static Preprocessing whole(
      int width,
      int height,
      ResizeMethod resize,
      Interpolation interpolation,
      Normalization normalization) {
    return new Preprocessing(width, height, resize, interpolation, normalization, List.of());
  }

  /** The same with these tiles. */
  public Preprocessing withTiles(List<Tile> newTiles) {
    return new Preprocessing(width, height, resize, interpolation, normalization, newTiles);
  }
}
