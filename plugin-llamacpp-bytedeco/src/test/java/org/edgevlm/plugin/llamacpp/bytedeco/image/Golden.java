package org.edgevlm.plugin.llamacpp.bytedeco.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.spi.vision.ImageTensor;

/**
 * The files of {@code src/test/python/make_golden_towers.py}, and how far results are from them.
 */
final class Golden {

  private Golden() {}

  /** An encoder's file, such as {@code clip-ldp}. */
  static Path model(String name) {
    URL url = Golden.class.getResource(name + ".gguf");
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A factory with two threads. */
  static GgmlImageEncoderFactory factory(ImageWeights weights) {
    return new GgmlImageEncoderFactory(new Compute(2), weights);
  }

  /** The tower's name in a model's. */
  static String tower(String model) {
    return model.substring(0, model.indexOf('-'));
  }

  /** The picture of a tower, normalised, in each row of a batch. */
  static ImageTensor pixels(String tower, int batch) {
    byte[] bytes = bytes(tower + "-pixels.u8");
    int side = (int) Math.sqrt(bytes.length / 3.0);
    ImageTensor tensor = ImageTensor.allocate(batch, 3, side, side);
    for (int row = 0; row < batch; row++) {
      FloatBuffer image = tensor.image(row);
      for (int i = 0; i < bytes.length; i++) {
        image.put(i, (float) ((bytes[i] & 0xff) / 127.5 - 1));
      }
    }
    return tensor;
  }

  /** What PyTorch makes of {@link #pixels} in the tower. */
  static float[] features(String tower) {
    return floats(bytes(tower + "-features.f32"));
  }

  /** What PyTorch makes of {@link #pixels} in tower and projector. */
  static float[] tokens(String model) {
    return floats(bytes(model + "-tokens.f32"));
  }

  static float[] floats(Path file) {
    try {
      return floats(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code ‖got − want‖ / ‖want‖}. */
  static double error(float[] want, FloatBuffer got) {
    if (got.capacity() != want.length) {
      throw new AssertionError(got.capacity() + " numbers instead of " + want.length);
    }
    double difference = 0;
    double size = 0;
    for (int i = 0; i < want.length; i++) {
      double d = got.get(i) - want[i];
      difference += d * d;
      size += (double) want[i] * want[i];
    }
    return Math.sqrt(difference / size);
  }

  static float[] array(FloatBuffer data) {
    float[] copy = new float[data.capacity()];
    data.get(0, copy);
    return copy;
  }

  private static float[] floats(byte[] bytes) {
    float[] floats = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
    return floats;
  }

  private static byte[] bytes(String resource) {
    try (InputStream in = Golden.class.getResourceAsStream(resource)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
