// Handing: files that a method can use besides the pair, chosen in the render dialog. What was
// uploaded once stays with the server, for other renders and projects.

import { by, dialog, iconButton, make } from "./elements.js";
import { trying } from "./notice.js";
import { tell } from "./server.js";

/** @typedef {{ id: string, use: string, name: string, size: number, received: number }} Kept */

const PIECE = 8_000_000; // bytes a request
const NEW = "new";
/** @type {Record<string, [string, string]>} */
const USES = { // what each is called, and which files it may be
  vgg: ["VGG-19 weights", ".pth,.safetensors"],
  weights: ["Checkpoint", ".pth,.safetensors"],
  class_map: ["Class map", ".json"],
  pairs: ["More pairs (.zip)", ".zip"],
  photograph: ["Photograph", "image/*,.tif,.tiff"],
};
/** @type {Kept[]} */
let files = [];
/** @type {Record<string, string>} */
let uses = {}; // of the method that is chosen
/** @type {Map<string, string>} */
const picked = new Map(); // use -> key of a file
/** @type {AbortController | null} */
let uploading = null;

export function setUpHanding() {
  dialog("render-dialog").addEventListener("close", () => uploading?.abort());
}

/** Shows what a method can be handed. @param {Record<string, string>} of use -> what for */
export async function showHanding(of) {
  uses = of;
  by("handing").hidden = !Object.keys(uses).length;
  if (!by("handing").hidden) files = await tell("files");
  for (const [use, key] of picked) if (!files.some(({ id }) => id === key)) picked.delete(use);
  list();
}

/** The files that were picked for this method, by use. @returns {Record<string, string>} */
export function handed() {
  return Object.fromEntries([...picked].filter(([use]) => use in uses));
}

function list() {
  by("handed").replaceChildren(...Object.entries(uses).flatMap(([use, why]) => row(use, why)));
  const count = Object.keys(handed()).length;
  by("handed-told").textContent = count ? `${count} chosen` : "none";
}

/** @param {string} use @param {string} why */
function row(use, why) {
  const [title, accept] = USES[use];
  const choice = make("select", { id: `hand-${use}` }, make("option", { value: "" }, "None"),
    ...files.filter((file) => file.use === use && file.received === file.size)
      .map(({ id, name, size }) => make("option", { value: id }, `${name} (${bytes(size)})`)),
    make("option", { value: NEW }, "Choose a file…"));
  choice.value = picked.get(use) ?? "";
  const field = make("input", { type: "file", accept, class: "spoken", tabindex: "-1", "aria-label": `A file: ${title}`, "data-use": use });
  choice.addEventListener("change", () => {
    if (choice.value === NEW) field.click();
    else pick(use, choice.value);
    choice.value = picked.get(use) ?? "";
  });
  field.addEventListener("change", () => {
    const [file] = field.files ?? [];
    if (file) trying(() => upload(use, file));
  });
  const remove = iconButton("bin", `Delete this file from the server`, () => trying(() => forget(use)));
  remove.hidden = !picked.has(use);
  return [make("div", { class: "hand" }, make("label", { for: choice.id }, title), choice, remove, field),
    make("p", { class: "soft" }, `${why[0].toUpperCase()}${why.slice(1)}.`)];
}

/** @param {string} use @param {string} key */
function pick(use, key) {
  if (key) picked.set(use, key);
  else picked.delete(use);
  list();
}

/** Sends `file` piece by piece. @param {string} use @param {File} file */
async function upload(use, file) {
  const stop = (uploading = new AbortController());
  const { signal } = stop;
  const bar = /** @type {HTMLProgressElement} */ (by("handing-progress"));
  const render = /** @type {HTMLButtonElement} */ (by("render-now"));
  bar.hidden = false;
  render.disabled = true;
  /** @type {Kept | null} */
  let kept = null;
  try {
    const begun = (kept = /** @type {Kept} */ (await tell("files", { method: "POST", query: { use, name: file.name, size: file.size }, signal })));
    for (let at = 0; at < file.size; at += PIECE) {
      bar.value = at / file.size;
      await tell(`files/${begun.id}`, { method: "PUT", body: file.slice(at, at + PIECE), query: { at }, signal });
    }
    files = await tell("files");
    pick(use, begun.id);
  } catch (error) {
    if (kept) await tell(`files/${kept.id}`, { method: "DELETE" }).catch(() => {});
    throw error;
  } finally {
    bar.hidden = true;
    render.disabled = false;
    if (uploading === stop) uploading = null;
  }
}

/** @param {string} use */
async function forget(use) {
  const key = picked.get(use);
  if (!key) return;
  await tell(`files/${key}`, { method: "DELETE" });
  files = files.filter(({ id }) => id !== key);
  pick(use, "");
}

/** Bytes in words: "12 kB", "548 MB". @param {number} count */
export function bytes(count) {
  const [unit, size] = count < 1e6 ? ["kB", 1e3] : count < 1e9 ? ["MB", 1e6] : ["GB", 1e9];
  const value = count / size;
  return `${value < 10 && unit !== "kB" ? value.toFixed(1) : Math.max(1, Math.round(value))} ${unit}`;
}
