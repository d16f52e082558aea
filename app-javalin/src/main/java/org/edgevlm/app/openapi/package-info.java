/** The OpenAPI document of the server's routes, and a page to read it. */
package org.edgevlm.app.openapi;
