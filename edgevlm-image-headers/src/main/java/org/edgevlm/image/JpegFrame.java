package org.edgevlm.image;

import java.util.ArrayList;
import java.util.List;

/**
 * A JPEG's frame header (SOF).
 *
 * @param progressive whether coefficients come in several scans
 */
record JpegFrame(int width, int height, boolean progressive, List<Component> components) {

  /** One colour component and how densely it is sampled. */
  record Component(int id, int horizontal, int vertical) {}

  private static final int BASELINE = 0xc0;
  private static final int EXTENDED = 0xc1;
  private static final int PROGRESSIVE = 0xc2;

  JpegFrame {
    components = List.copyOf(components);
  }

  /** Whether a marker begins a frame header of any kind. */
  static boolean isFrame(int marker) {
    // C4 are Huffman tables, C8 is reserved, CC are arithmetic coding conditions.
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  /** Reads the header whose length field is at an offset. */
  static JpegFrame parse(Bytes bytes, int marker, long at) {
    if (marker != BASELINE && marker != EXTENDED && marker != PROGRESSIVE) {
      throw Bytes.unsupported(kind(marker) + "; baseline and progressive ones are supported");
    }
    int precision = bytes.u8(at + 2);
    int height = bytes.u16be(at + 3);
    int width = bytes.u16be(at + 5);
    int count = bytes.u8(at + 7);
    if (precision != 8) {
      throw Bytes.unsupported("a JPEG of " + precision + " bits; 8 bits are supported");
    }
    if (height == 0) {
      throw Bytes.unsupported("a JPEG whose header leaves the height open");
    }
    if (width == 0) {
      throw Bytes.corrupt("its JPEG header says 0 pixels");
    }
    if (count != 1 && count != 3 && count != 4) {
      throw Bytes.unsupported("a JPEG of " + count + " components; 1, 3 and 4 are supported");
    }
    if (bytes.u16be(at) != 8 + 3 * count) {
      throw Bytes.corrupt("the JPEG frame header has a wrong length");
    }
    List<Component> components = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int sampling = bytes.u8(at + 9 + 3 * i);
      Component component = new Component(bytes.u8(at + 8 + 3 * i), sampling >> 4, sampling & 0xf);
      if (component.horizontal() < 1
          || component.horizontal() > 4
          || component.vertical() < 1
          || component.vertical() > 4) {
        throw Bytes.corrupt("the JPEG has an impossible sampling factor");
      }
      components.add(component);
    }
    return new JpegFrame(width, height, marker == PROGRESSIVE, components);
  }

  private static String kind(int marker) {
    if (marker == 0xc3) {
      return "a lossless JPEG";
    }
    return marker >= 0xc9 ? "a JPEG with arithmetic coding" : "a hierarchical JPEG";
  }

  /** The 8×8 blocks that a scan of these components holds. */
  long blocks(List<Component> scan) {
    int maxHorizontal = components.stream().mapToInt(Component::horizontal).max().orElseThrow();
    int maxVertical = components.stream().mapToInt(Component::vertical).max().orElseThrow();
    if (scan.size() == 1) {
      Component only = scan.get(0);
      long columns = ceilDiv((long) width * only.horizontal(), 8L * maxHorizontal);
      return columns * ceilDiv((long) height * only.vertical(), 8L * maxVertical);
    }
    long units = ceilDiv(width, 8L * maxHorizontal) * ceilDiv(height, 8L * maxVertical);
    return units * scan.stream().mapToInt(c -> c.horizontal() * c.vertical()).sum();
  }

  private static long ceilDiv(long a, long b) {
    return (a + b - 1) / b;
  }
}
