package org.edgevlm.plugin.speculative;

/** How the draft model sees a prompt's pictures. */
enum DraftImage {
  /** The first of the others that the draft can take, in the order of what they cost. */
  AUTO,
  /** Not at all: it is fed the text alone. */
  NEVER,
  /** By the target's embedding. */
  EMBEDDING,
  /** By the pixels, through its own projector. */
  ENCODER
}
