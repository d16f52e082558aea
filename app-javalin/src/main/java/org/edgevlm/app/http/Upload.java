package org.edgevlm.app.http;

import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.io.Content;

/**
 * The fields of a {@code multipart/form-data} body. It is read into memory as a whole, up to a
 * limit, and never touches a disk; a picture is a view of that memory, not a copy.
 */
final class Upload {

  /** What the fields other than the picture, and the boundaries, may add to a body. */
  static final int OVERHEAD = 64 << 10;

  private static final String MEDIA_TYPE = "multipart/form-data";
  private static final int MAX_PARTS = 16;
  private static final int MAX_PART_HEADERS = 8 << 10;
  private static final int BLOCK = 64 << 10;

  private final Map<String, ByteBuffer> fields;

  private Upload(Map<String, ByteBuffer> fields) {
    this.fields = fields;
  }

  /**
   * Reads a request's body.
   *
   * @param maxPictureBytes the largest picture
   * @throws ProblemException if it isn't a well-formed form or too large
   */
  static Upload read(Context context, long maxPictureBytes) {
    String contentType = context.contentType();
    if (contentType == null || !mediaType(contentType).equals(MEDIA_TYPE)) {
      throw Problem.UNSUPPORTED_CONTENT_TYPE.exception();
    }
    String boundary = MultiPart.extractBoundary(contentType);
    if (boundary == null || boundary.isEmpty()) {
      throw Problem.MALFORMED_REQUEST.exception();
    }
    return parse(boundary, body(context, maxPictureBytes + OVERHEAD));
  }

  private static String mediaType(String contentType) {
    int end = contentType.indexOf(';');
    String type = end < 0 ? contentType : contentType.substring(0, end);
    return type.strip().toLowerCase(Locale.ROOT);
  }

  private static ByteBuffer body(Context context, long limit) {
    long announced = context.req().getContentLengthLong();
    try (InputStream in = context.req().getInputStream()) {
      if (announced > limit) {
        drain(in, 2 * limit);
        throw Problem.BODY_TOO_LARGE.exception();
      }
      if (announced >= 0) {
        byte[] bytes = in.readNBytes((int) announced);
        if (bytes.length < announced) {
          throw Problem.MALFORMED_REQUEST.exception();
        }
        return ByteBuffer.wrap(bytes);
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      byte[] block = new byte[BLOCK];
      for (int count = in.read(block); count >= 0; count = in.read(block)) {
        if (bytes.size() + (long) count > limit) {
          drain(in, limit);
          throw Problem.BODY_TOO_LARGE.exception();
        }
        bytes.write(block, 0, count);
      }
      return ByteBuffer.wrap(bytes.toByteArray());
    } catch (IOException e) {
      // Late, cut off, or against the rules of HTTP: the client's doing in every case.
      boolean late =
          e instanceof InterruptedIOException || e.getCause() instanceof TimeoutException;
      throw (late ? Problem.REQUEST_TIMEOUT : Problem.MALFORMED_REQUEST).exception(e);
    }
  }

  // A connection that is closed while its client still sends is reset, and the client may lose the
  // answer. So what is too large is read to its end, within reason: a client that sends more than
  // twice the limit is cut off.
  private static void drain(InputStream in, long most) throws IOException {
    byte[] block = new byte[BLOCK];
    long left = most;
    int count = in.read(block);
    while (count >= 0 && left > 0) {
      left -= count;
      count = in.read(block);
    }
  }

  /** The fields of a body. */
  static Upload parse(String boundary, ByteBuffer body) {
    FieldCollector collector = new FieldCollector();
    try {
      MultiPart.Parser parser = new MultiPart.Parser(boundary, collector);
      parser.setMaxParts(MAX_PARTS);
      parser.setPartHeadersMaxLength(MAX_PART_HEADERS);
      parser.parse(Content.Chunk.from(body, true));
    } catch (RuntimeException e) {
      throw Problem.MALFORMED_REQUEST.exception(e);
    }
    if (collector.failure != null || !collector.complete) {
      throw Problem.MALFORMED_REQUEST.exception(collector.failure);
    }
    return new Upload(collector.fields);
  }

  /**
   * Checks that there is no other field.
   *
   * @throws ProblemException if there is: ignored, it would look as if it had an effect
   */
  void requireOnly(Set<String> names) {
    if (!names.containsAll(fields.keySet())) {
      throw Problem.UNKNOWN_FIELD.exception();
    }
  }

  /** The bytes of a field; empty if it isn't there or has none. */
  Optional<ByteBuffer> bytes(String name) {
    return Optional.ofNullable(fields.get(name)).filter(ByteBuffer::hasRemaining);
  }

  /**
   * The text of a field, without white space at its ends; empty if it isn't there.
   *
   * @throws ProblemException if it isn't UTF-8
   */
  Optional<String> text(String name) {
    ByteBuffer bytes = fields.get(name);
    if (bytes == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString().strip());
    } catch (CharacterCodingException e) {
      throw Problem.MALFORMED_REQUEST.exception(e);
    }
  }

  /** Collects the parts as slices of the body. */
  private static final class FieldCollector extends MultiPart.AbstractPartsListener {

    private final Map<String, ByteBuffer> fields = new HashMap<>();
    private ByteBuffer content = ByteBuffer.allocate(0);
    private Throwable failure;
    private boolean complete;

    @Override
    public void onPartContent(Content.Chunk chunk) {
      ByteBuffer slice = chunk.getByteBuffer().slice();
      if (content.hasRemaining()) {
        ByteBuffer joined = ByteBuffer.allocate(content.remaining() + slice.remaining());
        content = joined.put(content).put(slice).flip();
      } else {
        content = slice;
      }
    }

    @Override
    public void onPart(String name, String fileName, HttpFields headers) {
      // Noted, not thrown: the parser takes no exceptions from its listener.
      if (name == null || fields.putIfAbsent(name, content) != null) {
        failure = new IllegalArgumentException("a part without a name, or two of one name");
      }
      content = ByteBuffer.allocate(0);
    }

    @Override
    public void onComplete() {
      super.onComplete();
      complete = true;
    }

    @Override
    public void onFailure(Throwable cause) {
      failure = cause;
    }
  }
}
