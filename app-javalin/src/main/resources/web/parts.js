// How an answer was made: where the time went, what ran, what it held in memory.

import { layerChart, partsBar } from "./chart.js";

const STAGES = [
  ["vision_ms", "Prepare the picture"],
  ["encode_ms", "Encode it"],
  ["prefill_ms", "Read the prompt"],
  ["decode_ms", "Write the answer"],
];

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A time for people. */
export function time(ms) {
  if (ms >= 1000) {
    return `${NUMBER.format(ms / 1000)} s`;
  }
  return `${rounded(ms)} ms`;
}

/** With no more digits than matter. */
function rounded(value) {
  return (value < 10 ? NUMBER : WHOLE).format(value);
}

/** A number of bytes for people. */
function size(bytes) {
  const kib = bytes / 1024;
  return kib < 1024 ? `${NUMBER.format(kib)} KiB` : `${NUMBER.format(kib / 1024)} MiB`;
}

/** One line: how much, how long, how fast. */
export function factsOf(answer) {
  const facts = [
    `${answer.tokens} ${answer.tokens === 1 ? "token" : "tokens"}`,
    time(answer.timings.total_ms),
  ];
  if (answer.timings.tokens_per_second > 0) {
    facts.push(`${rounded(answer.timings.tokens_per_second)} tokens/s`);
  }
  if (answer.finish_reason === "length") {
    facts.push("cut at the longest answer that is allowed");
  } else if (answer.finish_reason === "cancelled") {
    facts.push("stopped by the server");
  }
  return facts.join(" · ");
}

/** The sections on how it was made. */
export function partsOf(answer) {
  return [timings(answer), memory(answer), plugins(answer)].filter((section) => section !== null);
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function section(heading, ...children) {
  return element("section", {}, element("h4", {}, heading), ...children);
}

function definitions(pairs) {
  const list = element("dl");
  for (const [name, value] of pairs) {
    list.append(element("div", {}, element("dt", {}, name), element("dd", {}, value)));
  }
  return list;
}

function timings(answer) {
  const parts = STAGES.map(([key, name]) => ({
    name,
    value: answer.timings[key],
    text: time(answer.timings[key]),
  }));
  const label = `Time by stage: ${parts.map((part) => `${part.name} ${part.text}`).join(", ")}`;
  const rows = parts.map((part, index) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, element("span", { class: `swatch series-${index}` }), part.name),
      element("td", {}, part.text),
    ),
  );
  rows.push(
    element(
      "tr",
      { class: "sum" },
      element("th", { scope: "row" }, "In all"),
      element("td", {}, time(answer.timings.total_ms)),
    ),
  );
  return section("Time", partsBar(parts, label), element("table", {}, element("tbody", {}, ...rows)));
}

function plugins(answer) {
  const { model, backend, encoder, vision, cache, decoding } = answer.plugins;
  const optimisations = [...cache, ...(decoding === "autoregressive" ? [] : [decoding])];
  return section(
    "What ran",
    definitions([
      ["Optimisations", optimisations.length === 0 ? "none" : optimisations.join(", ")],
      ["Model", model],
      ["Language model", backend],
      ["Image encoder", encoder],
      ["Picture", vision],
      ["Decoding", decoding],
      ["Prompt", `${WHOLE.format(answer.prompt_tokens)} tokens`],
      ...counters(answer.counters),
    ]),
  );
}

function counters(counts) {
  return Object.entries(counts)
    .filter(([name]) => name !== "kv_bytes" && name !== "kv_bytes_prefill")
    .map(([name, value]) => {
      const words = name.replaceAll("_", " ").replace(/^kv\b/, "KV");
      return [
        words[0].toUpperCase() + words.slice(1),
        name.includes("bytes") ? size(value) : WHOLE.format(value),
      ];
    });
}

function memory(answer) {
  const { kv_bytes: end, kv_bytes_prefill: prompt } = answer.counters;
  if (end === undefined) {
    return null;
  }
  const sum = `${size(end)} at the end, ${size(prompt)} after the prompt`;
  const layers = answer.kv_layers ?? [];
  if (layers.length === 0) {
    return section("Keys and values", element("p", {}, sum));
  }
  const each = layers.map((layer, index) => `layer ${index + 1} ${size(layer.bytes)}`).join(", ");
  return section(
    "Keys and values by layer",
    layerChart(layers, size, `Memory for keys and values at the end: ${each}`),
    element(
      "p",
      { class: "legend quiet" },
      element("span", {}, element("span", { class: "swatch column-swatch" }), `${size(end)} at the end`),
      element("span", {}, element("span", { class: "swatch mark-swatch" }), `${size(prompt)} after the prompt`),
    ),
  );
}
