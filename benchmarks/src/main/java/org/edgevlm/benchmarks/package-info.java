/** Benchmarks: what speed and memory come to at the size of published models. */
package org.edgevlm.benchmarks;
