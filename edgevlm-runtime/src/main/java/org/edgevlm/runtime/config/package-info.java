/** The configuration: its keys, where values come from, and errors that teach. */
package org.edgevlm.runtime.config;
