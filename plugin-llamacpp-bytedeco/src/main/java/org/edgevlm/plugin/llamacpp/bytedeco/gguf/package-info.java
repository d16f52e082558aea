/**
 * Reads and validates GGUF files in plain Java, before native code sees them.
 *
 * <p>{@link org.edgevlm.plugin.llamacpp.bytedeco.gguf.GgufFile} reads the container; {@link
 * org.edgevlm.plugin.llamacpp.bytedeco.gguf.LlamaShape} and {@link
 * org.edgevlm.plugin.llamacpp.bytedeco.gguf.VisionShape} check that what it holds is a model that
 * the engine runs. ggml and llama.cpp answer many malformed inputs by ending the process, so
 * whatever they assert is checked here first, and refused with a {@link
 * org.edgevlm.spi.inference.ModelFormatException} that names the file, the place and what would be
 * right.
 */
package org.edgevlm.plugin.llamacpp.bytedeco.gguf;
