package org.edgevlm.runtime.pipeline;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.edgevlm.runtime.metrics.ImageCacheSnapshot;
import org.edgevlm.spi.vision.Preprocessing;

/**
 * Pictures that were encoded before, up to a number of bytes; those not used for longest go first.
 * Safe for use by several threads at a time.
 */
final class ImageCache {

  /**
   * What makes two encodings the same.
   *
   * @param sha256 of the file's bytes, in hex
   * @param preprocessing what was done to the pixels
   * @param vision the plugin that did it
   * @param encoder the plugin that encoded them
   * @param model whose projector it is
   */
  record Key(
      String sha256, Preprocessing preprocessing, String vision, String encoder, String model) {}

  private final long maxBytes;
  private final LinkedHashMap<Key, EncodedImage> images = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;
  private long hits;
  private long misses;
  private long evictions;

  /**
   * @param maxBytes of native memory; 0 keeps nothing
   */
  ImageCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The SHA-256 of a file's bytes, from position to limit. */
  static String sha256(ByteBuffer file) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(file.duplicate());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  synchronized Optional<EncodedImage> find(Key key) {
    Optional<EncodedImage> found = Optional.ofNullable(images.get(key));
    if (found.isPresent()) {
      hits++;
    } else {
      misses++;
    }
    return found;
  }

  /** Keeps a picture, unless it is larger than all that there may be. */
  synchronized void add(Key key, EncodedImage image) {
    Objects.requireNonNull(image, "image");
    if (image.bytes() > maxBytes) {
      return;
    }
    EncodedImage before = images.put(key, image);
    bytes += image.bytes() - (before == null ? 0 : before.bytes());
    while (bytes > maxBytes) {
      Map.Entry<Key, EncodedImage> oldest = images.entrySet().iterator().next();
      images.remove(oldest.getKey());
      bytes -= oldest.getValue().bytes();
      evictions++;
    }
  }

  /** Forgets all pictures; what was counted stays. */
  synchronized int clear() {
    int count = images.size();
    images.clear();
    bytes = 0;
    return count;
  }

  synchronized ImageCacheSnapshot snapshot() {
    return new ImageCacheSnapshot(images.size(), bytes, maxBytes, hits, misses, evictions);
  }
}
