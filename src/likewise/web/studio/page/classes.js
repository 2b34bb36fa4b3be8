// Classes: their colours, names and a piece of the real picture for each; the one to paint with.

import { by, make } from "./elements.js";
import { trying } from "./notice.js";
import { fetchBlob, tell } from "./server.js";
import { UNLABELLED } from "./planes.js";
import { store } from "./store.js";

/** @type {Map<string, string>} */
const swatches = new Map(); // object URLs, by project and position

/** @param {string} hex @returns {[number, number, number]} */
export function rgb(hex) {
  const part = (/** @type {number} */ at) => parseInt(hex.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}

/** @returns {[number, number, number][]} */
export function palette() {
  return (store.state.project?.classes ?? []).map(({ colour }) => rgb(colour));
}

export function setUpClasses() {
  store.on(["project", "editing"], list);
  store.on(["position"], mark);
  by("current").addEventListener("click", () => by("panel").classList.add("open"));
  by("add-class").addEventListener("click", () => trying(add));
}

/** Forgets the pieces of a picture whose labels changed. */
export function forgetSwatches() {
  for (const url of swatches.values()) URL.revokeObjectURL(url);
  swatches.clear();
}

function list() {
  const { project, editing } = store.state;
  by("classes").replaceChildren(...(project?.classes ?? []).map(row), ...(editing === "labels" ? [unlabelledRow()] : []));
  mark();
}

/** What is painted so teaches nothing. */
function unlabelledRow() {
  const pick = make("button", { type: "button", class: "pick hatched", "aria-label": "Paint as unlabelled", title: "Key U" });
  const item = make("li", { "data-position": String(UNLABELLED) }, pick, make("span"),
    make("span", { class: "name soft", title: "Nothing is learnt from these pixels, nor taken from them" }, "Unlabelled"));
  pick.addEventListener("click", () => choose(UNLABELLED));
  return item;
}

/** @param {number} position */
function choose(position) {
  store.set({ position });
  by("panel").classList.remove("open"); // on a phone it lies over the layout
}

function mark() {
  const { position, project } = store.state;
  by("classes").querySelectorAll("li").forEach((item) => {
    const on = Number(item.dataset.position) === position;
    item.classList.toggle("on", on);
    item.querySelector(".pick")?.setAttribute("aria-pressed", String(on));
  });
  const entry = project?.classes[position];
  by("current-name").textContent = entry?.name ?? (position === UNLABELLED ? "Unlabelled" : "");
  by("current-colour").style.background = entry?.colour ?? "";
}

/** @param {import("./store.js").ClassTold} entry @param {number} place */
function row(entry, place) {
  const colour = make("input", { type: "color", value: entry.colour, "aria-label": `Colour of ${entry.name}`, title: "Change its colour" });
  colour.addEventListener("change", () => trying(() => change(place, { colour: colour.value })));
  const name = make("input", { type: "text", value: entry.name, "aria-label": "Name", maxlength: "80", spellcheck: "false" });
  name.addEventListener("change", () => trying(() => change(place, { name: name.value || entry.name })));
  name.addEventListener("focus", () => store.set({ position: place }));
  const picture = make("img", { alt: "", class: "swatch" });
  const shown = entry.area >= 0.001 ? `${(100 * entry.area).toFixed(entry.area < 0.1 ? 1 : 0)} %` : "";
  const pick = make("button", { type: "button", class: "pick", "aria-label": `Paint with ${entry.name}`, title: place < 9 ? `Key ${place + 1}` : entry.name }, picture);
  pick.addEventListener("click", () => choose(place));
  const item = make("li", { "data-position": String(place) }, pick, colour, name, make("span", { class: "area" }, shown));
  if (entry.area > 0) showSwatch(picture, place);
  else picture.hidden = true;
  return item;
}

/** @param {HTMLImageElement} picture @param {number} place */
async function showSwatch(picture, place) {
  const { project } = store.state;
  if (!project) return;
  const key = `${project.id}/${place}`;
  try {
    if (!swatches.has(key)) {
      swatches.set(key, URL.createObjectURL(await fetchBlob(`projects/${project.id}/swatches/${place}.png`)));
    }
    picture.src = swatches.get(key) ?? "";
  } catch {
    picture.hidden = true; // the class is in the table, but not in the picture
  }
}

/** @param {number} place @param {{ name?: string, colour?: string }} changes */
async function change(place, changes) {
  const { project } = store.state;
  if (!project) return;
  const classes = project.classes.map(({ name, colour }, at) => ({ name, colour, ...(at === place ? changes : {}) }));
  await send(classes);
}

async function add() {
  const { project } = store.state;
  if (!project) return;
  const names = project.classes.map(({ name }) => name);
  let number = names.length + 1;
  while (names.includes(`class ${number}`)) number += 1;
  const hue = (names.length * 137.5) % 360;
  await send([...project.classes.map(({ name, colour }) => ({ name, colour })), { name: `class ${number}`, colour: hexOfHue(hue) }]);
  store.set({ position: names.length });
}

/** @param {{ name: string, colour: string }[]} classes */
async function send(classes) {
  const { project, painting } = store.state;
  if (!project) return;
  try {
    store.set({ project: await tell(`projects/${project.id}`, { method: "PATCH", json: { classes } }) });
  } finally {
    list(); // a refused name shows as it was
  }
  painting?.recolour(palette());
  painting?.dispatchEvent(new Event("paint"));
}

/** @param {number} hue degrees */
function hexOfHue(hue) {
  const part = (/** @type {number} */ n) => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (0.55 - 0.3 * Math.max(-1, Math.min(k - 3, 9 - k, 1)))).toString(16).padStart(2, "0");
  };
  return `#${part(0)}${part(8)}${part(4)}`;
}
