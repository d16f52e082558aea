package org.edgevlm.plugin.llamacpp.bytedeco.ggml;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.Pointer;

/** A view of memory at a known address. */
final class Address extends Pointer {

  private Address(long address, long bytes) {
    super((Pointer) null);
    this.address = address;
    this.limit = bytes;
    this.capacity = bytes;
  }

  /** One byte: JavaCPP takes what it doesn't know for as large as a pointer, buffers included. */
  @Override
  public int sizeof() {
    return 1;
  }

  /** The memory as a buffer in native byte order, which doesn't own it. */
  static ByteBuffer buffer(long address, long bytes) {
    return new Address(address, bytes).asByteBuffer().order(ByteOrder.nativeOrder());
  }
}
