// A picture from the camera.

import { choose, hidePicture, say } from "./picture.js";

const QUALITY = 0.92;

const viewfinder = document.getElementById("viewfinder");
const sources = document.getElementById("sources");
const shutter = document.getElementById("shutter");
const open = document.getElementById("camera");
const take = document.getElementById("take");

let stream = null;

/** Lets go of the camera; true if it was in use. */
export function closeCamera() {
  if (stream === null) {
    return false;
  }
  stream.getTracks().forEach((track) => track.stop());
  stream = null;
  viewfinder.srcObject = null;
  viewfinder.hidden = true;
  shutter.hidden = true;
  sources.hidden = false;
  hidePicture(false);
  open.focus();
  return true;
}

async function openCamera() {
  if (!navigator.mediaDevices) {
    // Browsers keep the camera from pages that came neither by HTTPS nor from this machine; the
    // telephone's own camera program works there too.
    document.getElementById("camera-file").click();
    return;
  }
  open.disabled = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    viewfinder.srcObject = stream;
    await viewfinder.play();
    hidePicture(true);
    viewfinder.hidden = false;
    sources.hidden = true;
    shutter.hidden = false;
    take.focus();
  } catch (error) {
    closeCamera();
    say(
      error.name === "NotAllowedError"
        ? "The browser wasn’t allowed to use the camera."
        : "There is no camera, or another program uses it.",
    );
  } finally {
    open.disabled = false;
    if (document.activeElement === document.body) {
      open.focus();
    }
  }
}

function takePicture() {
  const canvas = document.createElement("canvas");
  canvas.width = viewfinder.videoWidth;
  canvas.height = viewfinder.videoHeight;
  canvas.getContext("2d").drawImage(viewfinder, 0, 0);
  canvas.toBlob(
    (blob) => {
      closeCamera();
      choose(blob, "a picture from the camera");
      document.getElementById("question").focus();
    },
    "image/jpeg",
    QUALITY,
  );
}

open.addEventListener("click", openCamera);
take.addEventListener("click", takePicture);
document.getElementById("camera-close").addEventListener("click", closeCamera);
