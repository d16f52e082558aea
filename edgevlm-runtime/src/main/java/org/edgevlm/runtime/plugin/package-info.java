/** Finds the plugins that are installed and says what they are and what is wrong with them. */
package org.edgevlm.runtime.plugin;
