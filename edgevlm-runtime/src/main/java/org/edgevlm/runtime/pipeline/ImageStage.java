package org.edgevlm.runtime.pipeline;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.edgevlm.runtime.PluginNames;
import org.edgevlm.runtime.metrics.Metrics;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.ImageLayout;
import org.edgevlm.spi.vision.ImageHeader;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Preprocessing;

/**
 * From a picture's file to its embeddings, or straight to those that an earlier request made of the
 * same file. Safe for use by several threads at a time.
 */
final class ImageStage {

  private static final long MEGABYTE = 1L << 20;

  private final Assembly assembly;
  private final PluginNames names;
  private final ImageCache cache;

  ImageStage(Assembly assembly) {
    this.assembly = assembly;
    names = assembly.names();
    cache = new ImageCache(assembly.settings().imageCacheMb() * MEGABYTE);
  }

  ImageCache cache() {
    return cache;
  }

  /** Reads a picture's header and checks it against the limits. */
  ImageHeader inspect(ByteBuffer file) {
    ImageHeader header = assembly.vision().inspect(file);
    assembly.settings().imageLimits().check(header, file.remaining());
    return header;
  }

  /**
   * Encodes a picture.
   *
   * @param reuse whether an earlier request's encoding will do, and this one may be kept
   * @return empty if it was cancelled on the way
   */
  Optional<EncodedImage> encode(
      ByteBuffer image, boolean reuse, CancelToken cancel, StageClock clock) {
    ByteBuffer file = image.asReadOnlyBuffer();
    // Also of one that is known: a header is soon read, and the layout goes by its size.
    ImageHeader header = inspect(file);
    ImageLayout layout = assembly.encoder().layout(header.width(), header.height());
    Preprocessing preprocessing = assembly.settings().adjust(layout.preprocessing());
    if (!reuse) {
      return make(file, layout, preprocessing, cancel, clock);
    }
    ImageCache.Key key =
        new ImageCache.Key(
            ImageCache.sha256(file), preprocessing, names.vision(), names.encoder(), names.model());
    Optional<EncodedImage> known = cache.find(key);
    if (known.isPresent()) {
      clock.skip();
      return known;
    }
    Optional<EncodedImage> made = make(file, layout, preprocessing, cancel, clock);
    made.ifPresent(encoded -> cache.add(key, encoded));
    return made;
  }

  private Optional<EncodedImage> make(
      ByteBuffer file,
      ImageLayout layout,
      Preprocessing preprocessing,
      CancelToken cancel,
      StageClock clock) {
    ImageTensor tensor =
        assembly.vision().process(List.of(file), preprocessing, assembly.settings().imageLimits());
    clock.end(Metrics.Stage.VISION);
    if (cancel.isCancelled()) {
      return Optional.empty();
    }
    List<ImageEmbedding> tiles = assembly.encoder().encode(tensor);
    if (tiles.size() != tensor.batch()) {
      throw new PluginException(
          "the encoder made " + tiles.size() + " embeddings of " + tensor.batch() + " tiles");
    }
    clock.end(Metrics.Stage.ENCODE);
    return Optional.of(new EncodedImage(layout, tensor, tiles));
  }
}
