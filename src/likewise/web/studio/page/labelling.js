// Labelling: source labels from a file or made by colour and texture, and corrected by hand.

import { by, dialog, input } from "./elements.js";
import { forgetSwatches } from "./classes.js";
import { trying } from "./notice.js";
import { tell } from "./server.js";
import { save } from "./saving.js";
import { store } from "./store.js";

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
  chosen("label-file", "choose-labels", async (project, file) => {
    const made = await tell(`projects/${project.id}/labels`, { method: "PUT", body: file, query: { name: file.name } });
    forgetSwatches();
    dialog("label-dialog").close();
    await open(made);
  });
  chosen("layout-file", "import-layout", async (project, file) => {
    await save();
    await open(await tell(`projects/${project.id}/layout/file`, { method: "PUT", body: file, query: { name: file.name } }));
  });
  by("label-source").addEventListener("click", () => dialog("label-dialog").showModal());
  by("edit-labels").addEventListener("click", () => trying(() => edit(store.state.editing === "labels" ? "layout" : "labels")));
  by("done-labels").addEventListener("click", () => trying(() => edit("layout")));
}

/** Asks for labels where a picture has none yet. */
export function askForLabels() {
  dialog("label-dialog").showModal();
}

/** @param {string} field @param {string} button @param {(project: Project, file: File) => Promise<void>} take */
function chosen(field, button, take) {
  const file = input(field);
  by(button).addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    const [one] = file.files ?? [];
    file.value = "";
    const { project } = store.state;
    if (one && project) trying(() => take(project, one));
  });
}
