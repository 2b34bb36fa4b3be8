// Keys: what each does, and the sheet that tells it.

import { by, dialog, make } from "./elements.js";
import { actualSize, fit, zoom } from "./panes.js";
import { held } from "./pointing.js";
import { UNLABELLED } from "./planes.js";
import { store } from "./store.js";
import { TOOLS, inHand, redo, regionKey, resizeBrush, take, undo } from "./toolbox.js";

const OTHERS = [
  ["1 … 9", "Paint with that class"],
  ["U", "Unlabelled, while labels are corrected"],
  ["[ and ]", "Smaller or larger brush"],
  ["Ctrl Z, Ctrl Y", "Take back, do again"],
  ["Space, held", "Move the view"],
  ["Wheel, pinch", "Zoom"],
  ["0 and +, −", "Fit; zoom in, out"],
  ["Alt 0", "One to one"],
  ["Shift", "Straight strokes, even shapes"],
  ["Enter, Escape", "Apply or leave a shape or region"],
  ["X", "Before and after"],
  ["?", "This sheet"],
];

export function setUpKeys() {
  const rows = [...TOOLS.map(({ key, label }) => [key.toUpperCase(), label]), ...OTHERS];
  by("keys").replaceChildren(...rows.flatMap(([key, does]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, does)]));
  by("help").addEventListener("click", () => dialog("help-dialog").showModal());
  addEventListener("keydown", pressed);
  addEventListener("keyup", (event) => {
    if (event.code === "Space") held.space = false;
  });
  addEventListener("blur", () => {
    held.space = false;
  });
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  const at = /** @type {HTMLElement} */ (event.target);
  const writes = at.matches("input:not([type=range]):not([type=checkbox]), select, textarea");
  if (writes || document.querySelector("dialog[open]") || by("editor").hidden) return;
  if (event.code === "Space" && !at.matches("button, summary")) {
    held.space = true;
    event.preventDefault();
    return;
  }
  if (act(event)) event.preventDefault();
}

/** @param {KeyboardEvent} event @returns {boolean} whether the key means something here */
function act(event) {
  const { project, editing } = store.state;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key === "z") event.shiftKey ? redo() : undo();
    else if (key === "y") redo();
    else return false;
    return true;
  }
  if (event.altKey) {
    if (event.code !== "Digit0") return false;
    actualSize();
    return true;
  }
  if (regionKey(key)) return true;
  const tool = TOOLS.find((one) => one.key === key);
  if (tool) take(tool.name);
  else if (/^[1-9]$/.test(key) && Number(key) <= (project?.classes.length ?? 0)) store.set({ position: Number(key) - 1 });
  else if (key === "[" || key === "]") resizeBrush(key === "]" ? 1 : -1);
  else if (key === "enter") inHand().finish();
  else if (key === "u" && editing === "labels") store.set({ position: UNLABELLED });
  else if (key === "escape") inHand().cancel();
  else if (key === "0") fit();
  else if (key === "+" || key === "=") zoom(1.25);
  else if (key === "-") zoom(0.8);
  else if (key === "x") by("compare").click();
  else if (key === "?") by("help").click();
  else return false;
  return true;
}
