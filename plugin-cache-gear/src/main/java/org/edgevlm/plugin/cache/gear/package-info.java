/** Cache policies that score entries, and their providers. */
package org.edgevlm.plugin.cache.gear;
