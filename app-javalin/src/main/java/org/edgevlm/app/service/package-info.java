/** What stands between the interface and the model: the queue, limits, and what can go wrong. */
package org.edgevlm.app.service;
