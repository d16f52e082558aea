/** Cache policies that score entries, one that stores them in few bits, and their providers. */
package org.edgevlm.plugin.cache.gear;
