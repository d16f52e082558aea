/** Decorators that fail now and then, to see that a pipeline gets over it. */
package org.edgevlm.testkit.failing;
