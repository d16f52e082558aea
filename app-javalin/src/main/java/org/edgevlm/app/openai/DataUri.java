package org.edgevlm.app.openai;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/** Pictures inside of addresses: {@code data:image/png;base64,…} (RFC 2397). */
final class DataUri {

  private static final String SCHEME = "data:";
  private static final String BASE64 = ";base64";
  private static final int MAX_HEAD = 128;

  private DataUri() {}

  /**
   * A picture's bytes. Which format it is, its own first bytes say, not the address.
   *
   * @throws OpenAiException if the address has none in it
   */
  static ByteBuffer bytes(Message.Picture picture) {
    String address = picture.address();
    int comma = address.substring(0, Math.min(MAX_HEAD, address.length())).indexOf(',');
    String head = comma < 0 ? "" : address.substring(0, comma).toLowerCase(Locale.ROOT);
    if (!head.startsWith(SCHEME) || !head.endsWith(BASE64)) {
      throw OpenAiError.invalid(
          picture.param(),
          "invalid_image_url",
          "This server fetches no addresses: send the picture itself, as"
              + " data:image/jpeg;base64,...");
    }
    byte[] bytes;
    try {
      bytes =
          Base64.getDecoder()
              .decode(address.substring(comma + 1).getBytes(StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException e) {
      throw notBase64(picture);
    }
    if (bytes.length == 0) {
      throw OpenAiError.invalid(
          picture.param(), "empty_image_file", "There is no picture after the comma.");
    }
    return ByteBuffer.wrap(bytes);
  }

  private static OpenAiException notBase64(Message.Picture picture) {
    return OpenAiError.invalid(
        picture.param(),
        "invalid_base64_image",
        "What follows the comma isn't Base64, of A to Z, a to z, 0 to 9, + and /.");
  }
}
