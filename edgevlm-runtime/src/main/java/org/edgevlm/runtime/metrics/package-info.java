/** What the program measures of itself. */
package org.edgevlm.runtime.metrics;
