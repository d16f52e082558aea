/**
 * What image files say, whether they are whole, and where their pixels go: all that vision plugins
 * share, whatever they decode with. Allocates nothing by what a header says.
 */
package org.edgevlm.image;
