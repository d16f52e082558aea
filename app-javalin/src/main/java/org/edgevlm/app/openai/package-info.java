/** The routes under {@code /v1/}, as OpenAI's clients call them; docs/openai.md describes them. */
package org.edgevlm.app.openai;
