// Whether the model is loaded: asks the server until it is, and shows how far it got.

import { health } from "./client.js";

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 3000;

const STATES = {
  loading: "The model is loading",
  stopping: "The server is about to stop",
  stuck: "The model stopped responding",
};

const box = document.getElementById("loading");
const words = document.getElementById("loading-words");
const bar = document.getElementById("loading-bar");
const model = document.getElementById("model");

let waiting = null;

/** Resolves when the server can answer. */
export function ready() {
  waiting ??= untilReady();
  return waiting;
}

/** The server turned out not to be ready: the next ready() asks anew. */
export function notReady() {
  waiting = null;
}

async function untilReady() {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 1.3)) {
    try {
      const state = await health();
      if (state.ready) {
        box.hidden = true;
        show(state);
        return;
      }
      show(state);
      progress(STATES[state.status] ?? "The server isn’t ready", percent(state));
    } catch (problem) {
      progress(`${problem.detail} Trying again …`, null);
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

function percent(state) {
  const known = state.status === "loading" && typeof state.progress === "number";
  return known ? Math.round(state.progress * 100) : null;
}

function progress(text, percentage) {
  const line = percentage === null ? text : `${text}: ${percentage} %`;
  if (words.textContent !== line) {
    words.textContent = line;
  }
  if (percentage === null) {
    bar.removeAttribute("value");
  } else {
    bar.value = percentage;
  }
  box.hidden = false;
}

function show(state) {
  const shape = state.model;
  model.textContent = shape
    ? `${state.plugins?.model ?? shape.name} · ${amount(shape.parameters)} parameters · ${shape.layers} layers`
    : "";
}

function amount(count) {
  return new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(count);
}
