// The server's token: asked for when the server wants one, kept in this module's memory alone.

const form = document.getElementById("token-form");
const field = document.getElementById("token");
const hint = document.getElementById("token-hint");

let token = "";
let asked = null;

/** The header fields that show who asks. */
export function credentials() {
  return token === "" ? {} : { Authorization: `Bearer ${token}` };
}

/** Shows the form; resolves when there is a token to try. Several may wait for the same one. */
export function newToken() {
  asked ??= new Promise((resolve) => {
    if (token !== "") {
      hint.textContent = "The server didn’t take that token. Check it and try again.";
    }
    form.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        token = field.value.trim();
        field.value = "";
        form.hidden = true;
        asked = null;
        document.getElementById("question").focus();
        resolve();
      },
      { once: true },
    );
  });
  form.hidden = false;
  field.focus();
  return asked;
}
