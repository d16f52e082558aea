/**
 * Reads and validates GGUF files. ggml and llama.cpp answer many malformed inputs by ending the
 * process, so whatever they assert is checked here first, and refused with a {@link
 * org.edgevlm.spi.inference.ModelFormatException} that names the file, the place and what would be
 * right.
 *
 * <p>{@link org.edgevlm.gguf.GgufFile} reads the container, {@link
 * org.edgevlm.gguf.VocabularyCheck} the vocabulary; what the tensors mean is the reader's business.
 */
package org.edgevlm.gguf;
