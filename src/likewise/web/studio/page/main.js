// Main: from the start to the editor and back.

import { forgetSwatches, palette, setUpClasses } from "./classes.js";
import { by, input } from "./elements.js";
import { setUpKeys } from "./keys.js";
import { askForLabels, setUpLabelling } from "./labelling.js";
import { hideNotice, notice, trying } from "./notice.js";
import { Painting } from "./painting.js";
import { actualSize, fit, redraw, setUpPanes } from "./panes.js";
import { UNLABELLED, copied, plane } from "./planes.js";
import { preview, restartPreviews } from "./previewing.js";
import { refresh, setUpRenders } from "./renders.js";
import { save, saveSoon, setUpSaving } from "./saving.js";
import { addressOf, download, fetchPicture, fetchPlane, projectAsked, tell } from "./server.js";
import { setUpResizing } from "./resizing.js";
import { setUpStart, showStart } from "./start.js";
import { store } from "./store.js";
import { setUpTheme } from "./theme.js";
import { inHand, redo, replaceBy, setUpToolbox, undo } from "./toolbox.js";

/** @typedef {import("./store.js").Project} Project */

/** @type {Partial<Record<"layout" | "labels", Painting>>} */
let paintings = {}; // of this project, each with its history

setUpTheme();
setUpPanes();
setUpToolbox(redraw);
setUpClasses();
setUpKeys();
setUpRenders();
setUpSaving(() => {
  forgetSwatches();
  store.set({ project: store.state.project && { ...store.state.project } });
});
setUpStart(open);
setUpLabelling(open, edit);
setUpResizing();
setUpBar();
begin();

function begin() {
  const asked = projectAsked();
  trying(async () => {
    if (asked) await tell(`projects/${asked}`).then(open, start);
    else await start();
  });
}

async function start() {
  await save();
  by("panel").classList.remove("open");
  store.set({ project: null, painting: null, source: null, image: null, shown: null, renders: [] });
  history.replaceState(null, "", addressOf(null));
  document.title = "Likewise studio";
  view("start");
  await showStart(open);
}

/** @param {Project} project */
async function open(project) {
  hideNotice();
  restartPreviews();
  // A load of the project tells the server that turns are counted anew.
  const told = /** @type {Project} */ (await tell(`projects/${project.id}`));
  history.replaceState(null, "", addressOf(told.id));
  document.title = `${told.name} · Likewise studio`;
  const image = await fetchPicture(`projects/${told.id}/image.png`);
  const nothing = plane(told.width, told.height, new Uint8Array(told.width * told.height).fill(255));
  const [source, layout] = told.labelled
    ? await Promise.all([fetchPlane(`projects/${told.id}/labels`), fetchPlane(`projects/${told.id}/layout`)])
    : [nothing, nothing];
  if (store.state.project?.id !== told.id) forgetSwatches();
  store.set({ project: told, image, source, editing: "layout", shown: null, position: 0, saved: true });
  input("name").value = told.name;
  paintings = {};
  paintOn(layout, "layout");
  view("editor");
  fit();
  if (told.labelled) {
    preview();
    await refresh();
    if (told.notes.length) notice(told.notes.join(" "), { passing: true });
  } else askForLabels();
}

/** @param {import("./planes.js").Plane} plane @param {"layout" | "labels"} which */
function paintOn(plane, which) {
  const painting = new Painting(copied(plane), palette());
  paintings[which] = painting;
  painting.addEventListener("paint", () => preview());
  painting.addEventListener("change", () => {
    saveSoon();
    preview();
    showTravel();
  });
  store.set({ painting });
  showTravel();
}

/** Paints on the layout or on the source labels from now on. @param {"layout" | "labels"} editing */
async function edit(editing) {
  const { project } = store.state;
  if (!project?.labelled) return;
  inHand().finish();
  await save();
  const there = paintings[editing];
  const painted = there ? there.plane : await fetchPlane(`projects/${project.id}/${editing}`);
  store.set({ editing, opacity: editing === "labels" ? 0.45 : 0 });
  input("opacity").value = String(store.state.opacity);
  if (editing === "layout" && store.state.position === UNLABELLED) store.set({ position: 0 });
  if (there) {
    there.recolour(palette());
    store.set({ painting: there });
    showTravel();
  } else paintOn(painted, editing);
  if (editing === "layout") preview();
}

function showEditing() {
  const labels = store.state.editing === "labels";
  by("editing-labels").hidden = !labels;
  by("edit-labels").setAttribute("aria-pressed", String(labels));
  for (const id of ["resize", "import-layout", "back-to-source"]) /** @type {HTMLButtonElement} */ (by(id)).disabled = labels;
}

function showTravel() {
  const history = store.state.painting?.history;
  /** @type {HTMLButtonElement} */ (by("undo")).disabled = !history?.done.length;
  /** @type {HTMLButtonElement} */ (by("redo")).disabled = !history?.undone.length;
}

function setUpBar() {
  by("home").addEventListener("click", () => trying(start));
  store.on(["editing"], showEditing);
  by("all-projects").addEventListener("click", () => trying(start));
  by("undo").addEventListener("click", undo);
  by("redo").addEventListener("click", redo);
  by("fit").addEventListener("click", fit);
  by("actual").addEventListener("click", actualSize);
  by("back-to-source").addEventListener("click", () => {
    if (store.state.source) replaceBy(store.state.source);
  });
  input("name").addEventListener("change", () => trying(async () => {
    const { project } = store.state;
    if (!project || !input("name").value.trim()) return;
    store.set({ project: await tell(`projects/${project.id}`, { method: "PATCH", json: { name: input("name").value } }) });
  }));
  for (const name of ["layout.png", "labels.png", "project.zip"]) {
    by(`save-${name.replace(".", "-")}`).addEventListener("click", () => trying(async () => {
      await save();
      await download(`projects/${store.state.project?.id}/${name}`);
    }));
  }
  for (const which of ["layout", "picture"]) {
    by(`show-${which}`).addEventListener("click", () => {
      by("panes").dataset.pane = which;
      for (const one of ["layout", "picture"]) by(`show-${one}`).setAttribute("aria-pressed", String(one === which));
      fit();
    });
  }
  by("panel-toggle").addEventListener("click", () => by("panel").classList.toggle("open"));
}

/** @param {"start" | "editor"} name */
function view(name) {
  for (const one of ["start", "editor"]) by(one).hidden = one !== name;
  document.body.dataset.view = name;
}
