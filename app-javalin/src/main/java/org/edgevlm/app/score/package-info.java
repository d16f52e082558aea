/** Compares what a model says about pictures with what is known about them. */
package org.edgevlm.app.score;
