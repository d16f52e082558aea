// What a screen reader is told of an answer: whole words, about once a second, so that it neither
// spells out parts of words nor falls behind.

const INTERVAL_MS = 1000;

const region = document.getElementById("spoken");

let waiting = "";
let timer = null;

/** Another piece of text. */
export function speak(text) {
  waiting += text;
  timer ??= setTimeout(sayWords, INTERVAL_MS);
}

/** No more of this answer: what is left is said. */
export function finishSpeaking() {
  waiting += " ";
  timer ??= setTimeout(sayWords, 0);
}

/** A new question: what was said before isn't needed any more. */
export function startSpeaking() {
  clearTimeout(timer);
  timer = null;
  waiting = "";
  region.replaceChildren();
}

function sayWords() {
  timer = null;
  const end = waiting.search(/\S*$/u);
  const words = waiting.slice(0, end);
  waiting = waiting.slice(end);
  if (words.trim() !== "") {
    const piece = document.createElement("span");
    piece.textContent = words;
    region.append(piece);
  }
}
