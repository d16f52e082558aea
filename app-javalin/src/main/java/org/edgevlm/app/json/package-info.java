/** What the command line and the REST server say in JSON, so that both say the same. */
package org.edgevlm.app.json;
