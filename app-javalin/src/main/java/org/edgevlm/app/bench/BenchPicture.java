package org.edgevlm.app.bench;

import java.nio.ByteBuffer;
import org.edgevlm.app.score.Scene;

/**
 * A scene and its picture's file, in memory so that reading it isn't part of any time.
 *
 * @param scene what is known about it
 * @param image the file's bytes
 */
public record BenchPicture(Scene scene, ByteBuffer image) {}
