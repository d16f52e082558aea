/** Puts a set of plugins together and runs requests through it. */
package org.edgevlm.runtime.pipeline;
