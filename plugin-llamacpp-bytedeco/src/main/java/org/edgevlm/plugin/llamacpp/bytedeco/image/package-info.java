/**
 * Image encoder on ggml: a CLIP or SigLIP vision transformer and its projector, from an mmproj
 * GGUF, computed as the papers and PyTorch do.
 */
package org.edgevlm.plugin.llamacpp.bytedeco.image;
