package org.edgevlm.plugin.llamacpp.bytedeco.image;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Allocator;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Graph;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.ImageLayout;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Preprocessing;

/**
 * A vision tower and its projector on ggml. The graph is built and given its memory once; for each
 * image only the places of its input and output change, so pixels are read where the tensor has
 * them and the embedding is written where it stays. Images are encoded one after the other, also
 * those of a batch and those of several threads: each uses all of {@link Compute}'s threads.
 */
final class GgmlImageEncoder implements ImageEncoder {

  private final VisionShape shape;
  private final Compute compute;
  private final ImageLayout layout;
  private final EncoderWeights weights;
  private final Graph graph;
  private final Allocator allocator;

  /**
   * The mask, and where pixels and embedding stand before the first image; the latter untouched.
   */
  private final Region places;

  private final Tensor pixels;
  private final Tensor embedding;
  private final LongBuffer relocations =
      ByteBuffer.allocateDirect(4 * Long.BYTES).order(ByteOrder.nativeOrder()).asLongBuffer();
  private boolean closed;

  GgmlImageEncoder(
      GgufFile file,
      VisionShape shape,
      Preprocessing preprocessing,
      ImageWeights choice,
      int lanes,
      Compute compute,
      LoadProgress progress) {
    this.shape = shape;
    this.compute = compute;
    this.layout = ImageLayout.whole(preprocessing);
    long mask = VisionTower.filled(shape) ? maskBytes(shape) : 0;
    long input = 3L * shape.imageSize() * shape.imageSize() * Float.BYTES;
    long output = (long) shape.imageTokens() * shape.outputWidth() * Float.BYTES;
    long inputAt = Region.pages(mask);
    long outputAt = inputAt + Region.pages(input);
    places = Region.reserve(outputAt + Region.pages(output));
    weights = new EncoderWeights(file, shape, choice);
    graph = new Graph(64 + shape.usedBlocks() * VisionTower.TENSORS_PER_BLOCK + Projector.TENSORS);
    allocator = new Allocator();
    try {
      int side = shape.imageSize();
      Operations ops = new Operations(graph.context(), weights, lanes, compute.threads());
      pixels = Ggml.ggml_new_tensor_4d(graph.context(), Ggml.TYPE_F32, side, side, 3, 1);
      places.place(graph.input(pixels), inputAt);
      Tensor features = new VisionTower(shape, ops).features(pixels, mask == 0 ? null : mask());
      embedding = new Projector(shape, ops).project(features);
      places.place(embedding, outputAt);
      graph.output(embedding);
      compute.lock().lock();
      try {
        weights.load(compute, progress);
        allocator.allocate(graph);
      } finally {
        compute.lock().unlock();
      }
    } catch (RuntimeException e) {
      free();
      throw e;
    }
  }

  private static long maskBytes(VisionShape shape) {
    long rows = VisionTower.rows(shape);
    return rows * rows * Float.BYTES;
  }

  /** Zero for the positions, minus infinity for the filling after them. */
  private Tensor mask() {
    int rows = VisionTower.rows(shape);
    Tensor mask = Ggml.ggml_new_tensor_2d(graph.context(), Ggml.TYPE_F32, rows, rows);
    places.place(graph.input(mask), 0);
    for (int row = 0; row < rows; row++) {
      long line = (long) rows * Float.BYTES;
      FloatBuffer values = places.bytes(row * line, line).asFloatBuffer();
      for (int column = shape.positions(); column < rows; column++) {
        values.put(column, Float.NEGATIVE_INFINITY);
      }
    }
    return mask;
  }

  @Override
  public int embeddingWidth() {
    return shape.outputWidth();
  }

  @Override
  public ImageLayout layout(int imageWidth, int imageHeight) {
    return layout;
  }

  @Override
  public List<ImageEmbedding> encode(ImageTensor tensor) {
    int side = shape.imageSize();
    if (tensor.channels() != 3 || tensor.width() != side || tensor.height() != side) {
      throw new IllegalArgumentException(
          "an image of "
              + tensor.channels()
              + " channels, "
              + tensor.width()
              + "×"
              + tensor.height()
              + " pixels; this encoder takes 3 channels, "
              + side
              + "×"
              + side);
    }
    List<ImageEmbedding> embeddings = new ArrayList<>(tensor.batch());
    for (int image = 0; image < tensor.batch(); image++) {
      embeddings.add(encode(tensor.image(image)));
    }
    return embeddings;
  }

  private ImageEmbedding encode(FloatBuffer image) {
    ImageEmbedding result = aligned(shape.imageTokens(), shape.outputWidth());
    compute.lock().lock();
    try (FloatPointer from = new FloatPointer(image);
        FloatPointer to = new FloatPointer(result.data())) {
      if (closed) {
        throw new IllegalStateException("the image encoder is closed");
      }
      relocations.put(0, pixels.address()).put(1, from.address());
      relocations.put(2, embedding.address()).put(3, to.address());
      Ggml.relocate(relocations, 2);
      compute.run(graph);
    } finally {
      compute.lock().unlock();
      Reference.reachabilityFence(image);
    }
    return result;
  }

  /** An embedding whose memory suits vector units. */
  private static ImageEmbedding aligned(int tokens, int width) {
    int bytes = tokens * width * Float.BYTES;
    FloatBuffer data =
        ByteBuffer.allocateDirect(bytes + ImageTensor.ALIGNMENT)
            .alignedSlice(ImageTensor.ALIGNMENT)
            .limit(bytes)
            .slice()
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    return new ImageEmbedding(tokens, width, data);
  }

  /** Where the last image was read and its embedding written: addresses. */
  long[] lastPlaces() {
    return new long[] {Ggml.data(pixels), Ggml.data(embedding)};
  }

  /** Bytes that intermediate results take. */
  long computeBytes() {
    return allocator.bytes();
  }

  @Override
  public void close() {
    compute.lock().lock();
    try {
      if (!closed) {
        closed = true;
        free();
      }
    } finally {
      compute.lock().unlock();
    }
  }

  private void free() {
    allocator.close();
    graph.close();
    weights.close();
    places.close();
  }
}
