// Toolbox: the tools there are, the one in hand, and what it works on.

import { by, iconButton, input, make } from "./elements.js";
import { notice } from "./notice.js";
import { UNLABELLED, alike } from "./planes.js";
import { store } from "./store.js";
import { Brush } from "./tools/brush.js";
import { Fill, Picker } from "./tools/fill.js";
import { Polygon } from "./tools/polygon.js";
import { Region } from "./tools/region.js";
import { Shape } from "./tools/shape.js";
import { Tool } from "./tools/tool.js";

/** @returns {import("./tools/tool.js").Work | null} */
function work() {
  const { painting, position, size, source, editing } = store.state;
  if (!painting) return null;
  const usable = source && editing === "layout" && alike(source, painting.plane);
  return { painting, position, size, source: usable ? source : null };
}

const region = new Region(work, (picked) => {
  by("region-actions").hidden = !picked;
});

/** @param {number} position */
function picked(position) {
  if (position !== UNLABELLED || store.state.editing === "labels") store.set({ position });
}

/** @type {{ name: string, label: string, key: string, tool: Tool }[]} */
export const TOOLS = [
  { name: "brush", label: "Brush", key: "b", tool: new Brush(work) },
  { name: "eraser", label: "Erase to the source", key: "e", tool: new Brush(work, true) },
  { name: "line", label: "Line", key: "l", tool: new Shape(work, "line") },
  { name: "rectangle", label: "Rectangle", key: "r", tool: new Shape(work, "rectangle") },
  { name: "ellipse", label: "Ellipse", key: "o", tool: new Shape(work, "ellipse") },
  { name: "polygon", label: "Polygon", key: "p", tool: new Polygon(work) },
  { name: "fill", label: "Fill a region", key: "f", tool: new Fill(work) },
  { name: "region", label: "Move a region", key: "v", tool: region },
  { name: "picker", label: "Pick a class", key: "i", tool: new Picker(work, picked) },
  { name: "hand", label: "Move the view", key: "h", tool: new Tool(work) },
];
const SIZED = ["brush", "eraser", "line"];
const PROTECTING = [...SIZED, "rectangle", "ellipse", "polygon"];

/** The tool in hand. @returns {Tool} */
export function inHand() {
  return (TOOLS.find(({ name }) => name === store.state.tool) ?? TOOLS[0]).tool;
}

/** @param {string} name */
export function take(name) {
  if (name === store.state.tool) return;
  inHand().finish();
  store.set({ tool: name });
  if (name === "eraser" && !work()?.source) {
    const why = store.state.editing === "labels" ? "these labels are the source's" : "the layout has another size than the source";
    notice(`There is nothing to erase to: ${why}.`, { passing: true });
  }
}

/** Takes the last change back; first of all what is not applied yet. */
export function undo() {
  if (!inHand().back()) store.state.painting?.undo();
}

export function redo() {
  inHand().cancel();
  store.state.painting?.redo();
}

/** Takes another plane for the one that is painted on. @param {import("./planes.js").Plane} plane */
export function replaceBy(plane) {
  inHand().cancel();
  store.state.painting?.replace(plane);
}

/** @param {() => void} redraw what shows tools */
export function setUpToolbox(redraw) {
  const strip = by("tools");
  for (const { name, label, key, tool } of TOOLS) {
    tool.redraw = redraw;
    const button = iconButton(name, `${label} (${key.toUpperCase()})`, () => take(name));
    button.dataset.tool = name;
    strip.append(button);
  }
  strip.addEventListener("keydown", roving);
  const size = input("size");
  size.addEventListener("input", () => store.set({ size: sizeOf(size.valueAsNumber) }));
  input("protect").addEventListener("change", () => store.set({ protect: input("protect").checked }));
  setUpRegionActions();
  store.on(["tool", "size", "protect", "painting"], show);
  show();
}

// The slider is logarithmic: small brushes need the finer steps.
const STEP = 12;
const sizeOf = (/** @type {number} */ at) => Math.max(1, Math.round(2 ** (at / STEP)));
const placeOf = (/** @type {number} */ size) => Math.round(STEP * Math.log2(size));

/** @param {number} steps */
export function resizeBrush(steps) {
  const now = store.state.size;
  const next = Math.min(400, Math.max(1, sizeOf(placeOf(now) + 3 * steps)));
  store.set({ size: next === now ? Math.min(400, Math.max(1, now + steps)) : next });
}

function show() {
  const { tool, size, protect, painting } = store.state;
  for (const button of by("tools").querySelectorAll("button")) {
    const on = button.dataset.tool === tool;
    button.setAttribute("aria-pressed", String(on));
    button.tabIndex = on ? 0 : -1;
  }
  by("size-row").hidden = !SIZED.includes(tool);
  by("protect-row").hidden = !PROTECTING.includes(tool);
  input("size").value = String(placeOf(size));
  by("size-told").textContent = `${size} px`;
  input("protect").checked = protect;
  if (painting && !protect) painting.only = null;
}

/** Called when a stroke begins, with the class it begins in: it alone may be painted over if so wished. @param {number} position */
export function beginsIn(position) {
  const { painting, protect, tool } = store.state;
  if (painting && !inHand().busy) painting.only = protect && PROTECTING.includes(tool) ? position : null;
}

/** @param {KeyboardEvent} event */
function roving(event) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const buttons = [...by("tools").querySelectorAll("button")];
  const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  const next = buttons[(at + step + buttons.length) % buttons.length];
  next.focus();
  next.click();
}

function setUpRegionActions() {
  const actions = /** @type {[string, string, () => void][]} */ ([
    ["flip", "Mirror left to right", () => region.flip("across")],
    ["flip-down", "Mirror top to bottom", () => region.flip("down")],
    ["duplicate", "Duplicate (D)", () => region.duplicate()],
    ["bin", "Take it away (Delete)", () => region.remove()],
    ["cancel", "Leave it as it was (Escape)", () => region.cancel()],
    ["check", "Apply (Enter)", () => region.finish()],
  ]);
  by("region-actions").append(make("span", { class: "spoken" }, "The picked region"),
    ...actions.map(([name, label, act]) => iconButton(name, label, act)));
}

/** Keys that mean the picked region. @param {string} key @returns {boolean} whether it was one */
export function regionKey(key) {
  if (store.state.tool !== "region" || !region.piece) return false;
  if (key === "d") region.duplicate();
  else if (key === "delete" || key === "backspace") region.remove();
  else return false;
  return true;
}
