package org.edgevlm.app.http;

import io.javalin.http.Context;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.io.Content;
import org.edgevlm.app.service.Admission;
import org.edgevlm.app.service.Problem;

/**
 * The fields of a body, {@code multipart/form-data} or JSON. It is read into memory as a whole, up
 * to a limit, and never touches a disk; a form's picture is a view of that memory, not a copy.
 */
final class Upload {

  /** What the fields other than the picture, and the boundaries, may add to a body. */
  static final int OVERHEAD = 64 << 10;

  /** The field that has the picture. */
  static final String IMAGE = "image";

  private static final String MEDIA_TYPE = "multipart/form-data";
  private static final int MAX_PARTS = 16;
  private static final int MAX_PART_HEADERS = 8 << 10;

  private final Map<String, ByteBuffer> fields;

  private Upload(Map<String, ByteBuffer> fields) {
    this.fields = fields;
  }

  /**
   * Reads a request's body.
   *
   * @param maxPictureBytes the largest picture
   * @param time how long it may take to arrive
   * @param place pays for the memory
   * @throws org.edgevlm.app.service.ProblemException if it isn't a well-formed form or JSON object,
   *     too large or too late
   */
  static Upload read(Context context, long maxPictureBytes, Duration time, Admission.Place place) {
    String contentType = context.contentType();
    String type = contentType == null ? "" : mediaType(contentType);
    if (type.equals(JsonFields.MEDIA_TYPE)) {
      return new Upload(JsonFields.read(context, maxPictureBytes, time, place));
    }
    if (!type.equals(MEDIA_TYPE)) {
      throw Problem.UNSUPPORTED_CONTENT_TYPE.exception();
    }
    String boundary = MultiPart.extractBoundary(contentType);
    if (boundary == null || boundary.isEmpty()) {
      throw Problem.MALFORMED_REQUEST.exception();
    }
    Body.Limits limits = new Body.Limits(maxPictureBytes + OVERHEAD, time);
    return parse(boundary, Body.read(context, limits, place, 1));
  }

  private static String mediaType(String contentType) {
    int end = contentType.indexOf(';');
    String type = end < 0 ? contentType : contentType.substring(0, end);
    return type.strip().toLowerCase(Locale.ROOT);
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
      throw collector.problem.exception(collector.failure);
    }
    return new Upload(collector.fields);
  }

  /**
   * Checks that there is no other field.
   *
   * @throws org.edgevlm.app.service.ProblemException if there is: ignored, it would look as if it
   *     had an effect
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
   * @throws org.edgevlm.app.service.ProblemException if it isn't UTF-8
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
    private Problem problem = Problem.MALFORMED_REQUEST;
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
        problem = IMAGE.equals(name) ? Problem.TOO_MANY_PICTURES : Problem.MALFORMED_REQUEST;
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
