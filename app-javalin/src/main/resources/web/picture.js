// The picture that is asked about: picked, dropped or pasted.

const drop = document.getElementById("drop");
const preview = document.getElementById("preview");
const hint = document.getElementById("drop-hint");
const note = document.getElementById("picture-note");

let chosen = null;
let address = "";
let label = "";
let whenChosen = () => {};

/** The picture, or null. */
export function picture() {
  return chosen;
}

/** Calls back each time another picture is chosen. */
export function onPicture(callback) {
  whenChosen = callback;
}

/** Says something about the picture, below it. */
export function say(text) {
  note.textContent = text;
}

/** From now on this file or blob is asked about. */
export function choose(file, name) {
  URL.revokeObjectURL(address);
  chosen = file;
  label = name;
  address = URL.createObjectURL(file);
  preview.src = address;
  preview.alt = `The chosen picture: ${name}`;
  preview.hidden = false;
  hint.hidden = true;
  drop.classList.add("filled");
  say(name);
  whenChosen();
}

/** Hides or shows picture and hint, to make room for the camera. */
export function hidePicture(hidden) {
  const visible = preview.naturalWidth > 0;
  preview.hidden = hidden || !visible;
  hint.hidden = hidden || visible;
}

function chooseFrom(files, how) {
  const file = [...files].find((one) => one.type.startsWith("image/") || one.type === "");
  if (file) {
    choose(file, file.name || how);
  } else if (files.length > 0) {
    say(`${files[0].name} isn’t a picture. JPEG, PNG, WebP and BMP are.`);
  }
  return Boolean(file);
}

preview.addEventListener("load", () => {
  say(`${label} · ${preview.naturalWidth} × ${preview.naturalHeight}`);
});
preview.addEventListener("error", () => {
  preview.hidden = true;
  hint.hidden = false;
  hint.textContent = "This browser can’t show the picture. It can still be sent.";
});

for (const id of ["file", "camera-file"]) {
  const input = document.getElementById(id);
  input.addEventListener("change", () => {
    chooseFrom(input.files, "a picture");
    // So that choosing the same file again is a change too.
    input.value = "";
  });
}

// On the whole page: a picture that misses the box must not replace the page.
let inside = 0;
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragenter", (event) => {
  if (carriesFiles(event)) {
    inside++;
    drop.classList.add("over");
  }
});
document.addEventListener("dragleave", (event) => {
  if (carriesFiles(event) && --inside <= 0) {
    inside = 0;
    drop.classList.remove("over");
  }
});
document.addEventListener("dragover", (event) => {
  if (carriesFiles(event)) {
    event.preventDefault();
  }
});
document.addEventListener("drop", (event) => {
  if (carriesFiles(event)) {
    event.preventDefault();
    inside = 0;
    drop.classList.remove("over");
    chooseFrom(event.dataTransfer.files, "a dropped picture");
  }
});
document.addEventListener("paste", (event) => {
  const files = event.clipboardData?.files ?? [];
  if (files.length > 0 && chooseFrom(files, "a pasted picture")) {
    event.preventDefault();
  }
});
