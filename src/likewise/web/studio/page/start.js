// Start: a picture to begin with, an example, or what was begun before.

import { by, input, make } from "./elements.js";
import { bytes } from "./handing.js";
import { trying } from "./notice.js";
import { fetchBlob, tell } from "./server.js";

/** @typedef {import("./store.js").Project} Project */

/** @param {(project: Project) => Promise<void>} open */
export function setUpStart(open) {
  const file = input("picture-file");
  by("choose").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    const [chosen] = file.files ?? [];
    file.value = "";
    if (chosen) trying(() => begin(chosen, open));
  });
  const drop = by("drop");
  for (const name of ["dragover", "dragleave", "drop"]) {
    addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragover");
    });
  }
  addEventListener("drop", (event) => {
    const [dropped] = event.dataTransfer?.files ?? [];
    if (dropped && !by("start").hidden) trying(() => begin(dropped, open)); // the editor takes labels: labelling.js
  });
}

/** @param {File} file @param {(project: Project) => Promise<void>} open */
async function begin(file, open) {
  by("drop").classList.add("busy");
  try {
    await open(await tell("projects", { body: file, query: { name: file.name } }));
  } finally {
    by("drop").classList.remove("busy");
  }
}

/** Shows what there is to begin with. @param {(project: Project) => Promise<void>} open */
export async function showStart(open) {
  const [examples, projects, status] = await Promise.all(["examples", "projects", "status"].map((path) => tell(path)));
  by("room").textContent = `${bytes(status.used)} of ${bytes(status.quota)} are used.`;
  by("examples").replaceChildren(...examples.map((/** @type {{ name: string, title: string }} */ example) =>
    card(example.title, `examples/${example.name}/image.png`, async () => {
      await open(await tell(`projects?example=${encodeURIComponent(example.name)}`, { method: "POST" }));
    })));
  by("earlier").hidden = !projects.length;
  by("projects").replaceChildren(...projects.map((/** @type {Project} */ project) => {
    const made = card(project.name, `projects/${project.id}/thumbnail.png`, () => open(project));
    const remove = make("button", { type: "button", class: "remove", "aria-label": `Delete ${project.name}`, title: "Delete" }, "×");
    remove.addEventListener("click", () => {
      if (!confirm(`Delete “${project.name}” and its renders for good?`)) return;
      trying(async () => {
        await tell(`projects/${project.id}`, { method: "DELETE" });
        await showStart(open);
      });
    });
    made.append(remove);
    return made;
  }));
}

/** @param {string} title @param {string} picture @param {() => Promise<void>} open */
function card(title, picture, open) {
  const image = make("img", { alt: "" });
  fetchBlob(picture).then((blob) => {
    image.src = URL.createObjectURL(blob);
    image.onload = () => URL.revokeObjectURL(image.src);
  }, () => {});
  const button = make("button", { type: "button", class: "card" }, image, make("span", {}, title));
  button.addEventListener("click", () => trying(open));
  return make("li", {}, button);
}
