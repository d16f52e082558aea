/** Where models lie. */
package org.edgevlm.runtime.model;
