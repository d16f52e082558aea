package org.edgevlm.testkit.vision;

import static org.edgevlm.testkit.vision.Pictures.ascii;
import static org.edgevlm.testkit.vision.Pictures.concat;
import static org.edgevlm.testkit.vision.Pictures.le32;
import static org.edgevlm.testkit.vision.Pictures.slice;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.edgevlm.spi.vision.ImageException.Reason;

/** Files that lie, end early or are something else, made from good ones. */
final class HostileImages {

  /**
   * A file and how it must be refused.
   *
   * @param reason null where it is still a good picture
   * @param needed what reading it, or refusing it for this reason, takes
   */
  record Hostile(String name, byte[] file, Reason reason, Set<VisionBehavior> needed) {

    @Override
    public String toString() {
      return name;
    }
  }

  private static final BufferedImage PICTURE = Pictures.noisy(40, 30, 4);
  private static final byte[] JPEG = Pictures.encode(PICTURE, "jpg");
  private static final byte[] PNG = Pictures.encode(PICTURE, "png");
  private static final byte[] PROGRESSIVE = Pictures.progressiveJpeg(PICTURE);
  private static final byte[] BMP = Pictures.encode(PICTURE, "bmp");
  private static final byte[] LOSSY = Pictures.resource("noisy-40x30-lossy.webp");
  private static final byte[] LOSSLESS = Pictures.resource("noisy-40x30-lossless.webp");

  private final List<Hostile> files = new ArrayList<>();
  private Set<VisionBehavior> needed = Set.of();

  private HostileImages() {}

  static List<Hostile> all() {
    HostileImages images = new HostileImages();
    images.somethingElse();
    images.jpegs();
    images.exif();
    images.pngs();
    images.webps();
    images.bmps();
    return images.files;
  }

  /** Good files of every kind, to be cut and flipped. */
  static List<Hostile> good() {
    byte[] rle =
        BmpWriter.file(4, 2, 8, 1, 2, new byte[8], new byte[] {4, 1, 0, 0, 0, 4, 1, 0, 1, 1, 0, 1});
    return List.of(
        whole("jpeg", JPEG, VisionBehavior.JPEG),
        whole("progressive jpeg", PROGRESSIVE, VisionBehavior.PROGRESSIVE_JPEG),
        whole("cmyk jpeg", Pictures.resource("cmyk.jpg"), VisionBehavior.CMYK_JPEG),
        whole("png", PNG),
        whole("interlaced png", Pictures.interlacedPng(PICTURE), VisionBehavior.INTERLACED_PNG),
        whole("png with alpha", Pictures.encode(Pictures.transparent(20, 20, 1), "png")),
        whole("lossy webp", LOSSY, VisionBehavior.LOSSY_WEBP),
        whole("lossless webp", LOSSLESS, VisionBehavior.LOSSLESS_WEBP),
        whole(
            "webp with alpha",
            Pictures.resource("smooth-alpha-40x32-lossy.webp"),
            VisionBehavior.LOSSY_WEBP_ALPHA),
        whole("bmp", BMP, VisionBehavior.BMP),
        whole("run-length bmp", rle, VisionBehavior.BMP_RUNS));
  }

  private static Hostile whole(String name, byte[] file, VisionBehavior... needed) {
    return new Hostile(name, file, null, Set.of(needed));
  }

  private void add(String name, byte[] file, Reason reason) {
    files.add(new Hostile(name, file, reason, needed));
  }

  private void corrupt(String name, byte[] file) {
    add(name, file, Reason.CORRUPT);
  }

  private void unsupported(String name, byte[] file) {
    add(name, file, Reason.UNSUPPORTED);
  }

  private void tooLarge(String name, byte[] file) {
    add(name, file, Reason.TOO_LARGE);
  }

  private void good(String name, byte[] file) {
    add(name, file, null);
  }

  private void somethingElse() {
    corrupt("empty", new byte[0]);
    unsupported("one byte", new byte[] {(byte) 0xff});
    unsupported("zeros", new byte[1000]);
    unsupported("gif", Pictures.encode(PICTURE, "gif"));
    unsupported("tiff", Pictures.encode(PICTURE, "tiff"));
    unsupported("svg", ascii("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\"/>"));
    unsupported("pdf", ascii("%PDF-1.7\n1 0 obj"));
    unsupported("text", ascii("This is not a picture."));
    unsupported("html", ascii("<!DOCTYPE html><img src=x>"));
    unsupported("heif", concat(le32(0x18000000), ascii("ftypheic")));
    unsupported("portable bitmap", ascii("P6 1 1 255 abc"));
    unsupported("radiance", ascii("#?RADIANCE\n\n-Y 1 +X 1\n"));
    unsupported("jpeg 2000", ascii("\u0000\u0000\u0000\u000cjP  \r\n\u0087\n"));
    unsupported("wave file", concat(ascii("RIFF"), le32(36), ascii("WAVEfmt ")));
    corrupt("png signature alone", slice(PNG, 0, 8));
    unsupported("png with a line break changed", patch(PNG, 4, 0x0a));
  }

  private void jpegs() {
    needed = Set.of(VisionBehavior.JPEG, VisionBehavior.CMYK_JPEG);
    corrupt("jpeg start alone", ascii("\u00ff\u00d8\u00ff"));
    int frame = frame(JPEG);
    tooLarge("jpeg of 65535x65535", patch(JPEG, frame + 5, 0xff, 0xff, 0xff, 0xff));
    corrupt("jpeg that claims 7000x7000", patch(JPEG, frame + 5, 0x1b, 0x58, 0x1b, 0x58));
    corrupt("jpeg of width 0", patch(JPEG, frame + 7, 0, 0));
    unsupported("jpeg of height 0", patch(JPEG, frame + 5, 0, 0));
    unsupported("jpeg of 12 bits", patch(JPEG, frame + 4, 12));
    unsupported("jpeg of 2 components", patch(JPEG, frame + 9, 2));
    corrupt("jpeg of 4 components that has 3", patch(JPEG, frame + 9, 4));
    corrupt("jpeg with sampling factor 0", patch(JPEG, frame + 11, 0));
    unsupported("lossless jpeg", patch(JPEG, frame + 1, 0xc3));
    unsupported("hierarchical jpeg", patch(JPEG, frame + 1, 0xc5));
    unsupported("arithmetic jpeg", patch(JPEG, frame + 1, 0xc9));
    corrupt("jpeg without its end", slice(JPEG, 0, JPEG.length - 2));
    corrupt("jpeg cut in half, then ended", concat(slice(JPEG, 0, scan(JPEG) + 20), end()));
    corrupt("jpeg whose scan is unknown", patch(JPEG, scan(JPEG) + 5, 99));
    corrupt("jpeg without tables", concat(ascii("\u00ff\u00d8"), slice(JPEG, frame, JPEG.length)));
    corrupt("jpeg that begins twice", concat(slice(JPEG, 0, 2), JPEG));
    corrupt("jpeg with a segment of length 0", patch(JPEG, 4, 0, 0));
    corrupt("jpeg with a segment beyond its end", patch(JPEG, 4, 0xff, 0xff));
    corrupt(
        "jpeg with two frames",
        concat(
            slice(JPEG, 0, frame),
            slice(JPEG, frame, frame + 19),
            slice(JPEG, frame, JPEG.length)));
    corrupt("jpeg with a restart out of order", insert(JPEG, scan(JPEG) + 40, 0xff, 0xd5));
    unsupported("jpeg of 200 scans", manyScans());
    corrupt("cmyk jpeg cut", slice(Pictures.resource("cmyk.jpg"), 0, 400));
    good("jpeg with rubbish behind its end", concat(JPEG, new byte[500]));
  }

  private void exif() {
    needed = Set.of(VisionBehavior.JPEG);
    good("exif orientation 0", Pictures.jpegWithExif(JPEG, Pictures.exif(0)));
    good("exif orientation 9", Pictures.jpegWithExif(JPEG, Pictures.exif(9)));
    good("exif directory that is its own next", Pictures.jpegWithExif(JPEG, loop()));
    good("exif of 65,000 bytes", Pictures.jpegWithExif(JPEG, new byte[65_000]));
    good("exif with an offset beyond its end", Pictures.jpegWithExif(JPEG, tiff(0x7fffffff)));
    good("exif with a negative offset", Pictures.jpegWithExif(JPEG, tiff(-1)));
    good("exif with 5,000 large tags", Pictures.jpegWithExif(JPEG, manyTags()));
    good("exif cut short", Pictures.jpegWithExif(JPEG, slice(Pictures.exif(1), 0, 11)));
    good("exif that is no tiff", Pictures.jpegWithExif(JPEG, ascii("nothing of the kind")));
    good("empty exif", Pictures.jpegWithExif(JPEG, new byte[0]));
  }

  private void pngs() {
    needed = Set.of();
    tooLarge("png of 100000x100000", png(PngWriter.header(100_000, 100_000, 8, 2)));
    tooLarge("png of 2147483647x1", png(PngWriter.header(Integer.MAX_VALUE, 1, 8, 2)));
    corrupt("png of 4294967295x1", png(PngWriter.header(0xffffffffL, 1, 8, 2)));
    corrupt("png of 0x0", png(PngWriter.header(0, 0, 8, 2)));
    corrupt("png that claims 8000x8000", png(PngWriter.header(8000, 8000, 16, 6)));
    corrupt("png of 3 bits", png(PngWriter.header(1, 1, 3, 0)));
    corrupt("png of colour type 5", png(PngWriter.header(1, 1, 8, 5)));
    corrupt("png without palette", png(PngWriter.header(1, 1, 8, 3)));
    corrupt("png with a wrong check sum", patch(PNG, PNG.length - 20, 0x55, 0x55));
    corrupt("png whose header has a wrong check sum", patch(PNG, 29, 0, 0, 0, 0));
    corrupt("png with a chunk of 4 GB", patch(PNG, 33, 0xff, 0xff, 0xff, 0xff));
    corrupt("png without end", slice(PNG, 0, PNG.length - 12));
    corrupt(
        "png without pixels",
        concat(PngWriter.SIGNATURE, PngWriter.header(1, 1, 8, 0), PngWriter.chunk("IEND", none())));
    corrupt(
        "png whose pixels aren't compressed data",
        concat(
            PngWriter.SIGNATURE,
            PngWriter.header(9, 9, 8, 0),
            PngWriter.chunk("IDAT", new byte[100]),
            PngWriter.chunk("IEND", none())));
    corrupt("png with too few pixels", PngWriter.file(4, 4, 8, 0, new byte[][] {{1, 2, 3, 4}}));
    corrupt(
        "png whose pixel chunks are apart",
        PngWriter.file(
            1,
            1,
            8,
            0,
            new byte[][] {{1}},
            PngWriter.chunk("IDAT", none()),
            PngWriter.chunk("tEXt", none())));
    byte[] text = concat(ascii("k\0\0"), PngWriter.deflate(new byte[][] {new byte[20_000_000]}));
    good("png with a text bomb", PngWriter.file(1, 1, 8, 0, rows(), PngWriter.chunk("zTXt", text)));
    good(
        "png with a broken eXIf",
        PngWriter.file(1, 1, 8, 0, rows(), PngWriter.chunk("eXIf", loop())));
    good(
        "png with a transparent colour of the wrong length",
        PngWriter.file(1, 1, 8, 0, rows(), PngWriter.chunk("tRNS", new byte[5])));
  }

  private void webps() {
    needed = Set.of(VisionBehavior.LOSSY_WEBP, VisionBehavior.LOSSLESS_WEBP);
    byte[] lossy = LOSSY;
    byte[] lossless = LOSSLESS;
    corrupt("webp that claims to be longer", patch(lossy, 4, 0xff, 0xff, 0xff, 0x7f));
    corrupt("webp that claims to be shorter", patch(lossy, 4, 40, 0, 0, 0));
    corrupt("webp without chunks", concat(ascii("RIFF"), le32(4), ascii("WEBP")));
    corrupt("webp chunk of 4 GB", patch(lossy, 16, 0xff, 0xff, 0xff, 0xff));
    corrupt("webp without start code", patch(lossy, 23, 0));
    corrupt("webp of width 0", patch(lossy, 26, 0, 0));
    tooLarge("lossy webp of 16383x16383", patch(lossy, 26, 0xff, 0x3f, 0xff, 0x3f));
    tooLarge("lossless webp of 16384x16384", patch(lossless, 21, 0xff, 0xff, 0xff, 0x0f));
    corrupt("lossless webp without signature", patch(lossless, 20, 0));
    corrupt("webp with another canvas", Pictures.webpWithExif(lossy, 4000, 4000, Pictures.exif(1)));
    byte[] extended = Pictures.webpWithExif(lossy, 40, 30, loop());
    good("webp with a broken exif", extended);
    unsupported("animated webp", patch(extended, 20, 0x0a));
  }

  private void bmps() {
    needed = Set.of(VisionBehavior.BMP, VisionBehavior.BMP_RUNS);
    byte[] pixel = {1, 2, 3, 0};
    byte[] palette = new byte[1024];
    tooLarge("bmp of 100000x100000", BmpWriter.file(100_000, 100_000, 24, 0, 0, none(), pixel));
    corrupt("bmp of 0x0", BmpWriter.file(0, 0, 24, 0, 0, none(), pixel));
    corrupt("bmp of width -1", BmpWriter.file(-1, 1, 24, 0, 0, none(), pixel));
    corrupt("bmp of height -2^31", BmpWriter.file(1, 0x80000000L, 24, 0, 0, none(), pixel));
    good("bmp of height -1", BmpWriter.file(1, -1, 24, 0, 0, none(), pixel));
    corrupt("bmp with 2^32-1 colours", BmpWriter.file(1, 1, 8, 0, 0xffffffffL, palette, pixel));
    corrupt("bmp whose palette is cut", BmpWriter.file(1, 1, 8, 0, 256, new byte[9], pixel));
    corrupt("bmp that claims 5000x5000", BmpWriter.file(5000, 5000, 24, 0, 0, none(), pixel));
    corrupt("bmp whose pixels are in its header", patch(BMP, 10, 20));
    unsupported("bmp of 3 bits", BmpWriter.file(1, 1, 3, 0, 0, none(), pixel));
    unsupported("bmp with a jpeg inside", BmpWriter.file(1, 1, 24, 4, 0, none(), JPEG));
    unsupported("bmp with a header of 4 GB", patch(BMP, 14, 0xff, 0xff, 0xff, 0xff));
    unsupported("bmp with odd masks", BmpWriter.file(1, 1, 32, 3, 0, new byte[12], pixel));
    corrupt("bmp run over the edge", rle(200, 1, 0, 1));
    corrupt("bmp jump over the edge", rle(0, 2, 250, 250, 0, 2, 250, 250, 1, 1, 0, 1));
    corrupt("bmp runs without end", rle(4, 1));
    corrupt("bmp of more lines than it has", rle(0, 0, 0, 0, 0, 0, 1, 1, 0, 1));
    corrupt("top-down bmp with runs", BmpWriter.file(4, -2, 8, 1, 2, new byte[8], pixel));
  }

  private static byte[] rle(int... data) {
    return BmpWriter.file(4, 2, 8, 1, 2, new byte[8], bytes(data));
  }

  private static byte[] none() {
    return new byte[0];
  }

  private static byte[] end() {
    return bytes(0xff, 0xd9);
  }

  private static byte[][] rows() {
    return new byte[][] {{7}};
  }

  private static byte[] png(byte[] header) {
    return concat(
        PngWriter.SIGNATURE,
        header,
        PngWriter.chunk("IDAT", PngWriter.deflate(new byte[][] {new byte[100]})),
        PngWriter.chunk("IEND", none()));
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] patch(byte[] file, int offset, int... values) {
    byte[] patched = file.clone();
    System.arraycopy(bytes(values), 0, patched, offset, values.length);
    return patched;
  }

  private static byte[] insert(byte[] file, int offset, int... values) {
    return concat(slice(file, 0, offset), bytes(values), slice(file, offset, file.length));
  }

  /** Where a JPEG's first marker of a kind is. */
  private static int marker(byte[] jpeg, int marker) {
    for (int at = 2; ; at += 2 + ((jpeg[at + 2] & 0xff) << 8 | jpeg[at + 3] & 0xff)) {
      if ((jpeg[at + 1] & 0xff) == marker) {
        return at;
      }
    }
  }

  private static int frame(byte[] jpeg) {
    return marker(jpeg, 0xc0);
  }

  private static int scan(byte[] jpeg) {
    return marker(jpeg, 0xda);
  }

  private static byte[] manyScans() {
    byte[] scan = slice(JPEG, scan(JPEG), JPEG.length - 2);
    byte[][] scans = new byte[200][];
    Arrays.fill(scans, scan);
    return concat(slice(JPEG, 0, scan(JPEG)), concat(scans), end());
  }

  private static byte[] tiff(int firstDirectory) {
    return concat(ascii("MM\0*"), Pictures.be32(firstDirectory));
  }

  /** One tag that points at its own directory as a sub-directory, which is also the next one. */
  private static byte[] loop() {
    return concat(
        tiff(8), ascii("\0\u0001\u0087\u0069\0\u0004\0\0\0\u0001\0\0\0\u0008"), Pictures.be32(8));
  }

  /** Tags that share one value of 60,000 bytes: read one by one they would fill 300 MB. */
  private static byte[] manyTags() {
    byte[][] tags = new byte[5000][];
    for (int i = 0; i < tags.length; i++) {
      tags[i] =
          concat(bytes(0x40 + i / 256, i % 256, 0, 1), Pictures.be32(60_000), Pictures.be32(8));
    }
    return concat(tiff(8), bytes(5000 / 256, 5000 % 256), concat(tags), new byte[4]);
  }
}
