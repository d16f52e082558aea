/**
 * Decorators that check a plugin, and those that use it, while a whole pipeline runs. Wrap the
 * providers with {@link org.edgevlm.testkit.asserting.AssertingPlugins}.
 */
package org.edgevlm.testkit.asserting;
