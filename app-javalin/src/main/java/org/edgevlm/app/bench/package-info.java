/** Measures settings against each other: the same pictures and questions, in the same run. */
package org.edgevlm.app.bench;
