/** Puts code around every call on a plugin's objects, however deep they are. */
package org.edgevlm.testkit.intercept;
