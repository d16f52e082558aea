/**
 * Contract suites: extend {@link org.edgevlm.testkit.InferenceBackendContract}, {@link
 * org.edgevlm.testkit.ImageEncoderContract}, {@link org.edgevlm.testkit.CachePolicyContract} or
 * {@link org.edgevlm.testkit.DecodingStrategyContract} with one provider. A test is named after the
 * rule it checks.
 */
package org.edgevlm.testkit;
