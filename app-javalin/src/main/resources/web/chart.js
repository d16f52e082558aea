// Small charts, drawn as SVG. Colours are the style sheet's, by class.

const SVG = "http://www.w3.org/2000/svg";

function shape(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

function title(text) {
  return shape("title", {}, text);
}

/** A bar of parts side by side; each part is {name, value, text}. */
export function partsBar(parts, label) {
  const width = 600;
  const sum = parts.reduce((total, part) => total + part.value, 0) || 1;
  let x = 0;
  const rects = parts.map((part, index) => {
    const size = (part.value / sum) * width;
    const rect = shape(
      "rect",
      { class: `series-${index}`, x, y: 0, width: size, height: 12 },
      title(`${part.name}: ${part.text}`),
    );
    x += size;
    return rect;
  });
  return shape(
    "svg",
    { class: "bar", viewBox: `0 0 ${width} 12`, preserveAspectRatio: "none", role: "img", "aria-label": label },
    ...rects,
  );
}

const LEFT = 60;
const STEP = 22;
const TOP = 6;
const BOTTOM = 78;
const HEIGHT = 96;
const MOST_NUMBERS = 12;

/**
 * A column for each layer with what it holds at the end, and a line across it at what it held after
 * the prompt.
 *
 * @param layers as {prefill_bytes, bytes}
 * @param text writes a number of bytes for people
 */
export function layerChart(layers, text, label) {
  const most = Math.max(1, ...layers.flatMap((layer) => [layer.bytes, layer.prefill_bytes]));
  const y = (bytes) => BOTTOM - (bytes / most) * (BOTTOM - TOP);
  const right = LEFT + layers.length * STEP;
  return shape(
    "svg",
    { class: "layers", viewBox: `0 0 ${right} ${HEIGHT}`, role: "img", "aria-label": label },
    ...[most, 0].flatMap((bytes) => [
      shape("line", { class: "axis", x1: LEFT - 4, x2: right, y1: y(bytes), y2: y(bytes) }),
      shape(
        "text",
        { x: LEFT - 8, y: y(bytes), "text-anchor": "end", "dominant-baseline": "central" },
        bytes === 0 ? "0" : text(bytes),
      ),
    ]),
    ...layers.map((layer, index) => column(layer, index, y, text)),
    ...layerNumbers(layers.length),
  );
}

function column(layer, index, y, text) {
  const x = LEFT + index * STEP;
  const end = y(layer.bytes);
  const prompt = y(layer.prefill_bytes);
  return shape(
    "g",
    {},
    title(`Layer ${index + 1}: ${text(layer.bytes)}, after the prompt ${text(layer.prefill_bytes)}`),
    // Also where the column is low there is something to point at.
    shape("rect", { class: "reach", x, y: TOP, width: STEP, height: BOTTOM - TOP }),
    shape("rect", { class: "column", x: x + 4, y: end, width: STEP - 8, height: BOTTOM - end }),
    shape("line", { class: "prompt-mark", x1: x + 1, x2: x + STEP - 1, y1: prompt, y2: prompt }),
  );
}

function layerNumbers(count) {
  const every = Math.ceil(count / MOST_NUMBERS);
  return Array.from({ length: Math.ceil(count / every) }, (_, number) => {
    const index = number * every;
    const x = LEFT + index * STEP + STEP / 2;
    return shape("text", { x, y: HEIGHT - 3, "text-anchor": "middle" }, String(index + 1));
  });
}
