/** The program: command line and REST server. */
package org.edgevlm.app;
