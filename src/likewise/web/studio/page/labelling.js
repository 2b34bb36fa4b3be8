// Labelling: source labels from a file or made by colour and texture, and corrected by hand.

import { by, dialog, input } from "./elements.js";
import { forgetSwatches } from "./classes.js";
import { trying } from "./notice.js";
import { fetchPlane, tell } from "./server.js";
import { save } from "./saving.js";
import { store } from "./store.js";
import { replaceBy } from "./toolbox.js";

/** @typedef {import("./store.js").Project} Project */

/** @param {(project: Project) => Promise<void>} open @param {(editing: "layout" | "labels") => Promise<void>} edit */
export function setUpLabelling(open, edit) {
  const count = input("class-count");
  count.addEventListener("input", () => {
    by("class-count-told").textContent = count.value;
  });
  by("segment").addEventListener("click", () => trying(async () => {
    const { project } = store.state;
    if (!project) return;
    by("label-dialog").classList.add("busy");
    try {
      const made = await tell(`projects/${project.id}/segment`, { json: { classes: count.valueAsNumber } });
      forgetSwatches();
      dialog("label-dialog").close();
      await open(made);
      await edit("labels");
    } finally {
      by("label-dialog").classList.remove("busy");
    }
  }));
  /** @param {Project} project @param {File[]} files a label map, and its class file if it has one */
  const takeLabels = async (project, files) => {
    const classes = files.length > 1 ? files.find(({ name }) => name.toLowerCase().endsWith(".json")) : undefined;
    const file = files.find((one) => one !== classes) ?? files[0];
    /** @type {Record<string, string>} */
    const query = { name: file.name };
    if (classes) query.classes = compact(await classes.text());
    const made = await tell(`projects/${project.id}/labels`, { method: "PUT", body: file, query });
    forgetSwatches();
    dialog("label-dialog").close();
    await open(made);
  };
  chosen("label-file", "choose-labels", takeLabels);
  chosen("layout-file", "import-layout", takeLayout);
  addEventListener("drop", (event) => {
    const files = [...(event.dataTransfer?.files ?? [])];
    const { project, editing } = store.state;
    if (!files.length || !project || by("editor").hidden) return;
    if (dialog("label-dialog").open) trying(() => takeLabels(project, files));
    else if (editing === "layout" && project.labelled && !document.querySelector("dialog[open]")) trying(() => takeLayout(project, files));
  });
  by("label-source").addEventListener("click", () => dialog("label-dialog").showModal());
  by("edit-labels").addEventListener("click", () => trying(() => edit(store.state.editing === "labels" ? "layout" : "labels")));
  by("done-labels").addEventListener("click", () => trying(() => edit("layout")));
}

/** The layout in a file, in place of this one. @param {Project} project @param {File[]} files */
async function takeLayout(project, [file]) {
  await save();
  await tell(`projects/${project.id}/layout/file`, { method: "PUT", body: file, query: { name: file.name } });
  replaceBy(await fetchPlane(`projects/${project.id}/layout`));
}

/** JSON without its spaces. @param {string} text */
function compact(text) {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text; // the server says what is wrong with it
  }
}

/** Asks for labels where a picture has none yet. */
export function askForLabels() {
  dialog("label-dialog").showModal();
}

/** @param {string} field @param {string} button @param {(project: Project, files: File[]) => Promise<void>} take */
function chosen(field, button, take) {
  const file = input(field);
  by(button).addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    const files = [...(file.files ?? [])];
    file.value = "";
    const { project } = store.state;
    if (files.length && project) trying(() => take(project, files));
  });
}
