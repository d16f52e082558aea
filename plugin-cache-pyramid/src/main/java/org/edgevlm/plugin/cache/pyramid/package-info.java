/** A cache policy that sets budgets by layer, and its provider. */
package org.edgevlm.plugin.cache.pyramid;
