/** What a session remembers, and policies that decide what it may forget. */
package org.edgevlm.spi.cache;
