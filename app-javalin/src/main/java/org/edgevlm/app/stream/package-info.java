/** Sends an answer while it is being made: server-sent events. */
package org.edgevlm.app.stream;
