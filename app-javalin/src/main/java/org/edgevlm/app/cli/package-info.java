/** The command line. */
package org.edgevlm.app.cli;
