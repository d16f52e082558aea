package org.edgevlm.app.score;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class BaselinesTest {

  private static final Path PICTURE = Path.of("0.jpg");

  private static Scene scene(String caption, List<List<String>> objects, Scene.Question... asked) {
    return new Scene(PICTURE, caption, objects, List.of(asked));
  }

  private static Scene.Question question(String kind, String... answers) {
    return new Scene.Question(kind, "?", List.of(answers));
  }

  private static String answer(FrequentAnswers baseline, Scene.Question question) {
    return baseline.reply(PICTURE, Optional.of(question)).orElseThrow().text();
  }

  @Test
  void everyKindGetsTheAnswerThatIsRightMostOften() {
    Scene.Question no = question("exists", "no");
    Scene.Question three = question("count", "three", "3");
    FrequentAnswers baseline =
        new FrequentAnswers(
            List.of(
                scene("a", List.of(), question("exists", "yes"), no, question("count", "two")),
                scene("b", List.of(), three, three, no)));
    assertEquals("no", answer(baseline, no));
    assertEquals("three", answer(baseline, three));
  }

  /** An article or a point makes no other answer of it, and a question counts once. */
  @Test
  void answersAreCountedAsTheyAreCompared() {
    Scene.Question dog = question("what", "a dog", "dog", "Dog.");
    Scene.Question cat = question("what", "cat");
    Scene.Question theCat = question("what", "the cat");
    FrequentAnswers baseline =
        new FrequentAnswers(List.of(scene("a", List.of(), dog, cat, theCat)));
    assertEquals("cat", answer(baseline, dog));
  }

  @Test
  void theCaptionIsTheOneThatNamesMostObjectsOfAll() {
    FrequentAnswers baseline =
        new FrequentAnswers(
            List.of(
                scene("an owl", List.of(List.of("owl"))),
                scene("a cat and a dog", List.of(List.of("cat"), List.of("dog"))),
                scene("a dog", List.of(List.of("dog")))));
    assertEquals("a cat and a dog", baseline.reply(PICTURE, Optional.empty()).orElseThrow().text());
  }

  @Test
  void theGreyPictureShowsNothing() throws IOException {
    ByteBuffer png = GreyPicture.png();
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png.array()));
    int first = image.getRGB(0, 0);
    assertEquals(0xff808080, first);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        assertEquals(first, image.getRGB(x, y));
      }
    }
  }
}
