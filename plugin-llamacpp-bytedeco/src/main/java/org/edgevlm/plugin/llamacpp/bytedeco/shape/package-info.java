/**
 * Checks that what a GGUF file holds is a model that the engine runs, before native code sees it:
 * {@link org.edgevlm.plugin.llamacpp.bytedeco.shape.LlamaShape} for language models, {@link
 * org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape} for image encoders. Refusals name the
 * file, the place and what would be right.
 */
package org.edgevlm.plugin.llamacpp.bytedeco.shape;
