package org.edgevlm.app.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.edgevlm.app.service.Problem;
import org.edgevlm.app.service.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UploadTest {

  private static final String PART = "--B\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n";

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static Upload form(String name, byte[] content) {
    byte[] head = PART.formatted(name).getBytes(StandardCharsets.US_ASCII);
    byte[] tail = "\r\n--B--\r\n".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer body = ByteBuffer.allocate(head.length + content.length + tail.length);
    return Upload.parse("B", body.put(head).put(content).put(tail).flip());
  }

  private static byte[] toArray(ByteBuffer buffer) {
    byte[] array = new byte[buffer.remaining()];
    buffer.duplicate().get(array);
    return array;
  }

  @Test
  void picturesComeOutByteForByte() {
    Random random = new Random(7);
    for (int length : new int[] {1, 2, 1000, 100_000}) {
      byte[] picture = new byte[length];
      random.nextBytes(picture);
      assertArrayEquals(picture, toArray(form("image", picture).bytes("image").orElseThrow()));
    }
  }

  @Test
  void whatLooksLikeABoundaryInsideAPictureStays() {
    String text = "\r\n--\r\n-B\r\n--A--\r\n--\r\r\n--C\r\n";
    byte[] picture = text.repeat(50).getBytes(StandardCharsets.US_ASCII);
    assertArrayEquals(picture, toArray(form("image", picture).bytes("image").orElseThrow()));
  }

  @Test
  void textIsUtf8WithoutSpaceAtItsEnds() {
    byte[] text = "  Où est le chat ? 🐈 ".getBytes(StandardCharsets.UTF_8);
    assertEquals(Optional.of("Où est le chat ? 🐈"), form("question", text).text("question"));
  }

  @Test
  void anEmptyFieldHasNoPicture() {
    assertEquals(Optional.empty(), form("image", new byte[0]).bytes("image"));
    assertEquals(Optional.empty(), form("image", new byte[0]).text("other"));
  }

  @Test
  void textThatIsNotUtf8IsRefused() {
    Upload upload = form("question", new byte[] {(byte) 0xC3, (byte) 0x28});
    ProblemException error = assertThrows(ProblemException.class, () -> upload.text("question"));
    assertEquals(Problem.MALFORMED_REQUEST, error.problem());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no boundary at all",
        "--B",
        "--B\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\nnever ends",
        "--B\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\nx\r\n--B\r\n",
        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
            + "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n2\r\n--B--\r\n",
        "--B\r\n\r\nno name\r\n--B--\r\n",
        "--B\r\nContent-Disposition: attachment\r\n\r\nno name\r\n--B--\r\n",
        "--B\r\n: \r\n\r\nx\r\n--B--\r\n",
      })
  void formsThatAreNotWellFormedAreRefused(String body) {
    ProblemException error =
        assertThrows(ProblemException.class, () -> Upload.parse("B", bytes(body)));
    assertEquals(Problem.MALFORMED_REQUEST, error.problem());
  }

  @Test
  void moreFieldsThanAnyRequestHasAreRefused() {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      body.append(PART.formatted("field" + i)).append("x\r\n");
    }
    body.append("--B--\r\n");
    assertThrows(ProblemException.class, () -> Upload.parse("B", bytes(body.toString())));
  }

  @Test
  void endlessPartHeadersAreRefused() {
    String body = "--B\r\nX: " + "x".repeat(100_000) + "\r\n\r\nx\r\n--B--\r\n";
    assertThrows(ProblemException.class, () -> Upload.parse("B", bytes(body)));
  }
}
