/** Writes GGUF files, right and wrong ones, for the tests and benchmarks of the backends. */
package org.edgevlm.gguf.writer;
