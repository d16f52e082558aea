/**
 * The contract of a vision processor as tests: extend {@link
 * org.edgevlm.testkit.vision.VisionProcessorContract} and give it a provider.
 */
package org.edgevlm.testkit.vision;
