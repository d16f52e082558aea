/** EdgeVLM for programs that embed it: open a set of plugins with a model, ask about images. */
package org.edgevlm.runtime;
