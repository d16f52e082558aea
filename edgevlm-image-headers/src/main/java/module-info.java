/**
 * Image files as far as they are known without decoding pixels. A vision plugin brings a copy of
 * its own.
 *
 * <p>The EXIF library is {@code requires static} because the runtime loads jars without a {@code
 * module-info} through a class loader of the plugin's own and adds the reads itself.
 */
module org.edgevlm.image {
  requires transitive org.edgevlm.spi;
  requires static metadata.extractor;

  exports org.edgevlm.image;
}
