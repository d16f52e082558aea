// One question and its answer, as the page shows them.

import { factsOf, partsOf } from "./parts.js";
import { finishSpeaking, speak } from "./speech.js";

const CAPTION = "Describe the picture";
const WIDE = "(min-width: 56rem)";

const template = document.getElementById("turn");
const list = document.getElementById("answers");

/** Whether new answers show how they were made; what was last chosen holds. */
let open = matchMedia(WIDE).matches;

export class Turn {
  #item = template.content.firstElementChild.cloneNode(true);
  #words = this.#find(".words");
  #facts = this.#find(".facts");
  #details = this.#find("details");
  #text = "";

  /** Puts a new one on top; onAgain is called when it is to be asked again. */
  constructor(question, onAgain) {
    this.#find("h3").textContent = question === "" ? CAPTION : question;
    this.#find(".again").addEventListener("click", onAgain);
    this.#find("summary").addEventListener("click", () => {
      open = !this.#details.open;
    });
    list.prepend(this.#item);
    this.restart();
  }

  #find(selector) {
    return this.#item.querySelector(selector);
  }

  /** As it was before anything arrived. */
  restart() {
    this.#text = "";
    this.#words.textContent = "";
    this.#find(".problem").hidden = true;
    this.#item.classList.add("busy");
    this.status("Working …");
  }

  /** Says what is going on. */
  status(text) {
    this.#facts.textContent = text;
  }

  /** A piece of the text arrived. */
  add(text) {
    this.#text += text;
    this.#words.append(text);
    speak(text);
  }

  /** The answer is complete. */
  complete(answer) {
    if (this.#text.trim() !== answer.text) {
      this.#words.textContent = answer.text;
    }
    if (this.#text === "") {
      speak(answer.text);
    }
    this.#end(factsOf(answer));
    const warnings = this.#find(".warnings");
    for (const warning of answer.warnings) {
      const line = document.createElement("li");
      line.textContent = warning;
      warnings.append(line);
    }
    warnings.hidden = answer.warnings.length === 0;
    this.#find(".parts").append(...partsOf(answer));
    this.#details.hidden = false;
    list.querySelectorAll("details").forEach((older) => {
      older.open = false;
    });
    this.#details.open = open;
  }

  /** It was stopped here. */
  stopped() {
    this.#end(this.#text === "" ? "Stopped before the first word" : "Stopped here");
    speak(" Stopped.");
  }

  /** There is no answer, or no more of it, and why. */
  failed(problem) {
    this.#end("");
    this.#find(".problem").hidden = false;
    this.#find(".problem-title").textContent = problem.title;
    this.#find(".problem-detail").textContent = problem.detail;
    this.#find(".again").hidden = !problem.again;
    const id = this.#find(".problem-id");
    id.textContent = `Request ${problem.requestId}`;
    id.hidden = problem.requestId === "";
    speak(`${problem.title}. ${problem.detail}`);
  }

  #end(facts) {
    this.#item.classList.remove("busy");
    this.status(facts);
    finishSpeaking();
  }
}

/** Forgets what was asked so far. */
export function clearTurns() {
  list.replaceChildren();
}
