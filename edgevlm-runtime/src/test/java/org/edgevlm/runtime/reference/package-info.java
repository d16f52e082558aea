/** A home folder with models of the reference plugins, for tests. */
package org.edgevlm.runtime.reference;
