package org.edgevlm.image;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Walks over a JPEG's compressed data without decoding it. libjpeg paints what is missing grey and
 * carries on; this finds what it can of that: restart markers out of order, components without any
 * data, and data too short to hold a bit or two for each block of the size that the header claims.
 */
final class JpegScans {

  /** Progressive files have about ten. Each costs a pass over the whole picture. */
  private static final int MAX_SCANS = 100;

  private final JpegFrame frame;
  private final Set<Integer> seen = new HashSet<>();
  private int scans;

  JpegScans(JpegFrame frame) {
    this.frame = frame;
  }

  /**
   * Skips one scan.
   *
   * @param header where the scan header's length is
   * @param data where its compressed data begins
   * @return the offset of the marker behind the data
   */
  long skip(Bytes bytes, long header, long data) {
    if (++scans > MAX_SCANS) {
      throw Bytes.unsupported("a JPEG of more than " + MAX_SCANS + " scans");
    }
    List<JpegFrame.Component> components = components(bytes, header, data);
    int restarts = 0;
    long at = data;
    while (true) {
      if (at + 1 >= bytes.length()) {
        throw Bytes.corrupt("truncated: the JPEG's end marker is missing");
      }
      if (bytes.u8(at) != 0xff) {
        at++;
        continue;
      }
      int next = bytes.u8(at + 1);
      if (next == 0xff) {
        at++;
      } else if (next == 0) {
        at += 2;
      } else if (JpegMarkers.isRestart(next)) {
        if ((next & 7) != (restarts++ & 7)) {
          throw Bytes.corrupt("JPEG restart markers are out of order at byte " + at);
        }
        at += 2;
      } else {
        break;
      }
    }
    boolean carriesDc = bytes.u8(data - 3) == 0;
    if (carriesDc) {
      // One bit for the DC value; without progression at least one more to end the block.
      long bits = frame.blocks(components) * (frame.progressive() ? 1 : 2);
      if ((at - data) * 8 < bits) {
        throw Bytes.corrupt("the JPEG's compressed data are too short for its size");
      }
      components.forEach(component -> seen.add(component.id()));
    }
    return at;
  }

  private List<JpegFrame.Component> components(Bytes bytes, long header, long data) {
    int count = bytes.u8(header + 2);
    if (count < 1 || count > 4 || data - header != 6 + 2L * count) {
      throw Bytes.corrupt("the JPEG scan header has a wrong length");
    }
    List<JpegFrame.Component> components = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int id = bytes.u8(header + 3 + 2L * i);
      components.add(
          frame.components().stream()
              .filter(component -> component.id() == id)
              .findFirst()
              .orElseThrow(() -> Bytes.corrupt("a JPEG scan of unknown component " + id)));
    }
    return components;
  }

  /** Makes sure that every component had data. */
  void checkComplete() {
    for (JpegFrame.Component component : frame.components()) {
      if (!seen.contains(component.id())) {
        throw Bytes.corrupt("the JPEG has no data for component " + component.id());
      }
    }
  }
}
