// Resizing: the layout at another size, cut or extended, scaled, or with its things in shape.

import { by, dialog, input } from "./elements.js";
import { notice, trying } from "./notice.js";
import { extended, scaled } from "./planes.js";
import { save } from "./saving.js";
import { fetchPlaneTold } from "./server.js";
import { store } from "./store.js";
import { replaceBy } from "./toolbox.js";

/** @typedef {import("./planes.js").Plane} Plane */

const [width, height] = [input("new-width"), input("new-height")];

export function setUpResizing() {
  by("resize").addEventListener("click", () => {
    const plane = store.state.painting?.plane;
    if (!plane) return;
    width.valueAsNumber = plane.width;
    height.valueAsNumber = plane.height;
    dialog("size-dialog").showModal();
    width.select();
  });
  width.addEventListener("input", () => follow(width, height, (plane) => plane.height / plane.width));
  height.addEventListener("input", () => follow(height, width, (plane) => plane.width / plane.height));
  for (const choice of choices()) choice.addEventListener("change", showAnchor);
  by("source-size").addEventListener("click", () => {
    const { project } = store.state;
    if (!project) return;
    width.valueAsNumber = project.width;
    height.valueAsNumber = project.height;
  });
  by("size-form").addEventListener("submit", (event) => {
    if (event.submitter !== by("size-now")) return;
    event.preventDefault(); // it stays open until the new layout is there
    trying(resize);
  });
  showAnchor();
}

/** @returns {NodeListOf<HTMLInputElement>} */
function choices() {
  return by("size-form").querySelectorAll("input[name=how]");
}

function chosen() {
  return [...choices()].find((one) => one.checked)?.value ?? "extend";
}

/** Keeps the proportions where all is scaled. @param {HTMLInputElement} from @param {HTMLInputElement} to @param {(plane: Plane) => number} ratio */
function follow(from, to, ratio) {
  const plane = store.state.painting?.plane;
  if (plane && chosen() === "scale" && from.valueAsNumber > 0) to.valueAsNumber = Math.round(from.valueAsNumber * ratio(plane));
}

function showAnchor() {
  by("anchor").hidden = chosen() !== "extend";
}

async function resize() {
  const plane = store.state.painting?.plane;
  if (!plane) return;
  const made = await layoutOf(plane, Math.round(width.valueAsNumber), Math.round(height.valueAsNumber));
  dialog("size-dialog").close();
  replaceBy(made.plane);
  if (made.notes) notice(`${made.notes[0].toUpperCase()}${made.notes.slice(1)}.`, { passing: true });
}

/** @param {Plane} plane @param {number} wide @param {number} high @returns {Promise<{ plane: Plane, notes: string }>} */
async function layoutOf(plane, wide, high) {
  if (chosen() === "shape") {
    await save();
    return fetchPlaneTold(`projects/${store.state.project?.id}/retargeted?width=${wide}&height=${high}`);
  }
  if (chosen() === "scale") return { plane: scaled(plane, wide, high), notes: "" };
  const at = [...by("anchor").querySelectorAll("input")].find((one) => one.checked)?.value ?? "1 1";
  const [x, y] = at.split(" ").map((half) => Number(half) / 2);
  return { plane: extended(plane, wide, high, { x, y }), notes: "" };
}
