// What this page says to the server, and how it understands the answers.

import { events } from "./events.js";
import { credentials, newToken } from "./token.js";

/** What the server answered in place of what was asked for. */
export class Problem extends Error {
  /**
   * @param again whether asking again may help
   */
  constructor(type, title, detail, again, requestId = "") {
    super(`${title} ${detail}`);
    this.type = type;
    this.title = title;
    this.detail = detail;
    this.again = again;
    this.requestId = requestId;
  }
}

/** Statuses below 500 of requests that are right and come at the wrong time. */
const AGAIN = new Set([408, 409, 425, 429]);

const UNREACHABLE = new Problem(
  "unreachable",
  "No answer",
  "The server can’t be reached. It may have been stopped, or the network is down.",
  true,
);
const BROKEN_OFF = new Problem(
  "broken-off",
  "Broken off",
  "The server ended the answer before it was complete.",
  true,
);

/** Fetches, with a token where the server wants one. Rejects with AbortError or a Problem. */
async function send(path, options) {
  for (;;) {
    const response = await fetch(path, {
      ...options,
      headers: { ...options.headers, ...credentials() },
      cache: "no-store",
    }).catch((error) => {
      throw error.name === "AbortError" ? error : UNREACHABLE;
    });
    if (response.status !== 401) {
      return response;
    }
    await unlessAborted(newToken(), options.signal);
  }
}

function unlessAborted(promise, signal) {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal?.addEventListener("abort", leave, { once: true });
    if (signal?.aborted) {
      leave();
    }
    promise.then(resolve, reject).finally(() => signal?.removeEventListener("abort", leave));
  });
}

function problemOf(json, requestId, retryAfter) {
  const wait = Number(retryAfter);
  const when = wait > 1 ? ` The server asks to wait ${wait} seconds.` : "";
  return new Problem(
    json.type ?? "unknown",
    json.title ?? "Something went wrong",
    (json.detail ?? "") + when,
    AGAIN.has(json.status) || json.status >= 500,
    json.request_id ?? requestId,
  );
}

async function problemIn(response) {
  const requestId = response.headers.get("X-Request-Id") ?? "";
  const json = await response.json().catch(() => ({
    status: response.status,
    title: "Something went wrong",
    detail: `The server answered with status ${response.status} and no explanation.`,
  }));
  return problemOf(json, requestId, response.headers.get("Retry-After"));
}

/** Whether the server is ready: {ready, ...what it says of itself}. */
export async function health() {
  const response = await send("health", {});
  const json = await response.json().catch(() => ({}));
  if (response.status !== 200 && response.status !== 503) {
    throw problemOf(json, response.headers.get("X-Request-Id") ?? "", null);
  }
  return { ...json, ready: response.status === 200 };
}

/**
 * Asks about a picture, or for a caption if the question is empty.
 *
 * @param onText told of each piece of the text as it arrives
 * @returns the answer, field by field as docs/api.md lists them
 * @throws Problem, or an AbortError when the signal says stop
 */
export async function ask(picture, question, signal, onText) {
  const body = new FormData();
  body.append("image", picture);
  if (question !== "") {
    body.append("question", question);
  }
  const path = question === "" ? "caption" : "vqa";
  const response = await send(`${path}?stream=true`, { method: "POST", body, signal });
  if (!response.ok) {
    throw await problemIn(response);
  }
  try {
    return await answerIn(response, onText);
  } catch (error) {
    // A connection that is lost on the way is a TypeError of the reader.
    throw error instanceof TypeError ? BROKEN_OFF : error;
  }
}

async function answerIn(response, onText) {
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.startsWith("text/event-stream")) {
    return response.json();
  }
  for await (const event of events(response.body)) {
    const data = JSON.parse(event.data);
    if (event.name === "token") {
      onText(data.text);
    } else if (event.name === "answer") {
      return data;
    } else if (event.name === "problem") {
      throw problemOf(data, response.headers.get("X-Request-Id") ?? "", null);
    }
  }
  throw BROKEN_OFF;
}
