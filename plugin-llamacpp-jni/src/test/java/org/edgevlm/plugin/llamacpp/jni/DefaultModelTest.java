package org.edgevlm.plugin.llamacpp.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.StepResult;
import org.junit.jupiter.api.Test;

/** The default model against PyTorch: golden captions and logits from its recipe. */
class DefaultModelTest {

  private static final Path GOLDEN = Stock.MODEL.resolveSibling("golden");

  private static JsonNode cases() throws IOException {
    return new ObjectMapper().readTree(GOLDEN.resolve("golden.json").toFile()).get("cases");
  }

  private static int[] ids(JsonNode node) {
    int[] ids = new int[node.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = node.get(i).intValue();
    }
    return ids;
  }

  private static ByteBuffer floats(String file) throws IOException {
    byte[] bytes = Files.readAllBytes(GOLDEN.resolve(file));
    return ByteBuffer.allocateDirect(bytes.length)
        .put(bytes)
        .rewind()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ImageEmbedding image(JsonNode golden) throws IOException {
    JsonNode projector = golden.get("projector");
    ImageEmbedding image =
        ImageEmbedding.allocate(
            projector.get("shape").get(0).intValue(), projector.get("shape").get(1).intValue());
    image.data().put(floats(projector.get("file").textValue()).asFloatBuffer()).rewind();
    return image;
  }

  @Test
  void captionsAreThoseOfPyTorch() throws IOException {
    try (LanguageModel model = Stock.open(Stock.MODEL)) {
      for (JsonNode golden : cases()) {
        try (InferenceSession session = Stock.session(model)) {
          int[] before = ids(golden.get("prompt_ids_before_image"));
          session.step(before, 0, before.length, Outputs.NONE);
          session.step(image(golden), Outputs.NONE);
          StepResult result = Stock.feed(session, ids(golden.get("prompt_ids_after_image")));
          List<Integer> expected = new ArrayList<>();
          for (int id : ids(golden.get("caption_ids"))) {
            expected.add(id);
          }
          assertEquals(expected, Stock.greedy(session, result, expected.size()));
          assertTrue(model.tokenizer().isEndOfGeneration(expected.get(expected.size() - 1)));
        }
      }
    }
  }

  @Test
  void logitsAreThoseOfPyTorch() throws IOException {
    try (LanguageModel model = Stock.open(Stock.MODEL)) {
      for (JsonNode golden : cases()) {
        try (InferenceSession session = Stock.session(model)) {
          int[] before = ids(golden.get("prompt_ids_before_image"));
          int[] after = ids(golden.get("prompt_ids_after_image"));
          int[] caption = ids(golden.get("caption_ids"));
          session.step(before, 0, before.length, Outputs.NONE);
          session.step(image(golden), Outputs.NONE);
          session.step(after, 0, after.length, Outputs.NONE);
          float[][] rows = Stock.rows(session.step(caption, 0, caption.length - 1, Outputs.ALL));
          assertEquals(golden.get("sequence_length").intValue(), session.position());
          ByteBuffer expected = floats(golden.get("logits").get("file").textValue());
          int wanted = golden.get("logits").get("shape").get(0).intValue();
          for (int i = 0; i < wanted; i++) {
            float[] row = new float[rows[0].length];
            expected.asFloatBuffer().get(i * row.length, row);
            float difference = Stock.difference(row, rows[rows.length - wanted + i]);
            assertTrue(difference < 0.2, "row " + i + " differs by " + difference);
          }
        }
      }
    }
  }
}
