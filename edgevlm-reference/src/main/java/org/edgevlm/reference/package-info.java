/**
 * A complete set of small real plugins for tests: a BMP reader, a patch encoder, a two-layer
 * transformer over bytes with n-grams on top, cache policies and a speculative strategy. Plain
 * Java, deterministic, obvious rather than fast.
 */
package org.edgevlm.reference;
