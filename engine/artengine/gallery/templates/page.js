"use strict";

const pieces = [...document.querySelectorAll(".piece")];
const dialog = document.querySelector("dialog");
const room = dialog.querySelector(".room");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let playing = null;
let shown = -1;

function stop(piece = playing) {
  if (!piece || piece !== playing) return;
  const video = piece.querySelector("video");
  playing = null;
  piece.classList.remove("playing");
  video.pause();
  video.currentTime = 0;
}

function play(piece) {
  if (calm.matches || dialog.open || piece === playing) return;
  stop();
  playing = piece;
  piece.querySelector("video").play().then(
    () => piece.classList.toggle("playing", piece === playing),
    () => {}, // Left before the film had loaded.
  );
}

function show(index) {
  stop();
  shown = (index + pieces.length) % pieces.length;
  const piece = pieces[shown];
  room.replaceChildren(piece.querySelector("template").content.cloneNode(true));
  history.replaceState(null, "", "#" + encodeURIComponent(piece.id));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  if (!calm.matches) room.querySelector("video").play().catch(() => {});
}

function showAddressed() {
  const name = decodeURIComponent(location.hash.slice(1));
  const index = pieces.findIndex((piece) => piece.id === name);
  if (index >= 0) show(index);
}

async function copy(button) {
  const code = room.querySelector("code");
  let done = false;
  try {
    await navigator.clipboard.writeText(code.textContent);
    done = true;
  } catch {
    // No clipboard here, as on some pages opened from disk: copy a selection, or leave it selected.
    getSelection().selectAllChildren(code);
    const hand = (event) => {
      event.clipboardData.setData("text/plain", code.textContent);
      event.preventDefault();
    };
    document.addEventListener("copy", hand);
    done = document.execCommand("copy");
    document.removeEventListener("copy", hand);
    if (done) getSelection().removeAllRanges();
  }
  button.textContent = done ? "Copied" : "Press Ctrl+C";
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

for (const [index, piece] of pieces.entries()) {
  const frame = piece.querySelector(".frame");
  frame.addEventListener("pointerenter", () => play(piece));
  frame.addEventListener("pointerleave", (event) => {
    // A finger that lifts leaves too; its film goes on until another is touched or it is out of sight.
    if (event.pointerType !== "touch") stop(piece);
  });
  frame.addEventListener("focus", () => { if (frame.matches(":focus-visible")) play(piece); });
  frame.addEventListener("blur", () => stop(piece));
  frame.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(index);
  });
}

const outOfSight = new IntersectionObserver((entries) => {
  for (const entry of entries) if (!entry.isIntersecting) stop(entry.target);
});
pieces.forEach((piece) => outOfSight.observe(piece));

dialog.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (event.target === dialog || button?.matches(".close")) dialog.close();
  else if (button?.matches(".earlier")) show(shown - 1);
  else if (button?.matches(".later")) show(shown + 1);
  else if (button?.matches(".copy")) copy(button);
});
document.addEventListener("keydown", (event) => {
  if (!dialog.open || event.target.closest("video, pre")) return;
  if (event.key === "ArrowLeft") show(shown - 1);
  if (event.key === "ArrowRight") show(shown + 1);
});
dialog.addEventListener("close", () => {
  room.replaceChildren();
  history.replaceState(null, "", location.pathname + location.search);
});
addEventListener("hashchange", showAddressed);
showAddressed();
