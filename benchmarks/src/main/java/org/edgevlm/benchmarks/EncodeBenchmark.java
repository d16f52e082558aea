package org.edgevlm.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.plugin.llamacpp.bytedeco.image.GgmlImageEncoderFactory;
import org.edgevlm.plugin.llamacpp.bytedeco.image.ImageWeights;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Preprocessing;

/** An image through the encoder, for each choice of {@code image_weights}, beside the peer. */
final class EncodeBenchmark {

  private final ModelPair files;
  private final int threads;
  private final Rounds rounds;
  private final Report report;

  EncodeBenchmark(ModelPair files, int threads, Rounds rounds, Report report) {
    this.files = files;
    this.threads = threads;
    this.rounds = rounds;
    this.report = report;
  }

  /** The rows that an image becomes. */
  int run(List<Peer> peers) {
    report.section("Image encoder: one image, by image_weights");
    Map<String, Encoder> encoders = new LinkedHashMap<>();
    try {
      for (ImageWeights weights : ImageWeights.values()) {
        String name = "ours, " + weights.name().toLowerCase(Locale.ROOT);
        encoders.put(name, new Encoder(files, weights, threads));
      }
      Map<String, Rounds.Measurement> turns = new LinkedHashMap<>();
      encoders.forEach((name, encoder) -> turns.put(name, () -> Rounds.millis(encoder::encode)));
      peers.forEach(peer -> turns.put(peer.name(), () -> peer.encode(files, threads)));
      Map<String, Samples> samples = rounds.measure(turns);
      for (String name : encoders.keySet()) {
        Row row = Row.of("image encode", "ms", name, samples.get(name));
        if (peers.isEmpty()) {
          report.add(row);
        }
        for (Peer peer : peers) {
          report.add(row.versus(peer.name(), samples.get(peer.name())));
        }
      }
      return encoders.values().iterator().next().encode();
    } finally {
      encoders.values().forEach(Encoder::close);
    }
  }

  /** An open encoder and a picture of its size. */
  private static final class Encoder {

    private final GgmlImageEncoderFactory factory;
    private final ImageEncoder encoder;
    private final ImageTensor picture;

    Encoder(ModelPair files, ImageWeights weights, int threads) {
      factory = new GgmlImageEncoderFactory(new Compute(threads), weights);
      encoder = factory.open(files.projector(), LoadProgress.NONE);
      Preprocessing size = encoder.layout(1, 1).preprocessing();
      picture = ImageTensor.allocate(1, 3, size.height(), size.width());
      Random random = new Random(3);
      for (int i = 0; i < picture.data().capacity(); i++) {
        picture.data().put(i, (float) random.nextGaussian());
      }
    }

    int encode() {
      return encoder.encode(picture).get(0).tokens();
    }

    void close() {
      encoder.close();
      factory.close();
    }
  }
}
