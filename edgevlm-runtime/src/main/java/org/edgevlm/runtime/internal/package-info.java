/** Helpers that the runtime's packages share; not exported. */
package org.edgevlm.runtime.internal;
