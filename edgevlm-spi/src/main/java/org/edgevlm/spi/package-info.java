/** What every plugin shares: identity, configuration, platform, capabilities and errors. */
package org.edgevlm.spi;
