/** The REST interface; docs/api.md describes it. */
package org.edgevlm.app.http;
