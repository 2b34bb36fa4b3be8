// Renders: the full answer by a method of choice; its progress, its history, what to do with each.

import { by, dialog, iconButton, input, make, spoken } from "./elements.js";
import { handed, setUpHanding, showHanding } from "./handing.js";
import { failed, trying } from "./notice.js";
import { download, fetchBlob, fetchPicture, fetchPlane, tell } from "./server.js";
import { save } from "./saving.js";
import { store } from "./store.js";
import { inHand, replaceBy } from "./toolbox.js";

/** @typedef {import("./store.js").Render} Render */

const POLL = 500; // milliseconds, while something waits or runs
/** @type {{ name: string, summary: string, presets: string[], default: boolean, uses: Record<string, string> }[]} */
let methods = [];
/** @type {number | undefined} */
let timer;
/** @type {Map<string, number>} */
const glimpsed = new Map();
let watched = ""; // the render whose answer is shown when it comes

export function setUpRenders() {
  const method = /** @type {HTMLSelectElement} */ (by("method"));
  by("render").addEventListener("click", () => trying(async () => {
    inHand().finish(); // what is seen is what is rendered
    if (!methods.length) await loadMethods(method);
    await showHanding(usesOf(method.value));
    dialog("render-dialog").showModal();
  }));
  method.addEventListener("change", () => trying(async () => {
    showPresets(method.value);
    await showHanding(usesOf(method.value));
  }));
  by("render-form").addEventListener("submit", (event) => {
    if (event.submitter !== by("render-now")) return;
    event.preventDefault(); // it stays open until the server has agreed
    trying(start);
  });
  setUpHanding();
  store.on(["renders"], list);
}

/** @param {HTMLSelectElement} method */
async function loadMethods(method) {
  methods = await tell("methods");
  method.replaceChildren(...methods.map(({ name }) => make("option", { value: name }, name)));
  method.value = methods.find((one) => one.default)?.name ?? methods[0].name;
  showPresets(method.value);
}

/** @param {string} name */
function usesOf(name) {
  return methods.find((one) => one.name === name)?.uses ?? {};
}

/** @param {string} name */
function showPresets(name) {
  const method = methods.find((one) => one.name === name);
  const preset = /** @type {HTMLSelectElement} */ (by("preset"));
  preset.replaceChildren(...(method?.presets ?? []).map((one) => make("option", { value: one }, one)));
  if (method?.presets.includes("fast")) preset.value = "fast";
  by("method-told").textContent = method?.summary ?? "";
}

async function start() {
  const { project } = store.state;
  if (!project) return;
  const asked = {
    method: /** @type {HTMLSelectElement} */ (by("method")).value,
    preset: /** @type {HTMLSelectElement} */ (by("preset")).value,
    seed: Math.max(0, Math.round(input("seed").valueAsNumber || 0)),
    files: handed(),
  };
  const box = dialog("render-dialog");
  box.classList.add("busy");
  if (Object.keys(asked.files).length) by("render-now").textContent = "Reading files…";
  try {
    await save();
    const job = await tell(`projects/${project.id}/renders`, { json: asked });
    watched = job.id;
    box.close();
  } finally {
    box.classList.remove("busy");
    by("render-now").textContent = "Render";
  }
  await refresh();
}

/** Asks how far the renders of this project are, and again as long as one is on its way. */
export async function refresh() {
  const { project } = store.state;
  clearTimeout(timer);
  if (!project) return;
  try {
    /** @type {Render[]} */
    const renders = await tell(`projects/${project.id}/renders`);
    if (project.id !== store.state.project?.id) return;
    store.set({ renders });
    await follow(renders);
    if (renders.some(onItsWay)) timer = setTimeout(refresh, POLL);
  } catch (error) {
    failed(error, refresh);
  }
}

/** @param {Render} render */
function onItsWay({ state }) {
  return state === "waiting" || state === "running";
}

/** Shows glimpses of the render that is watched, and its answer. @param {Render[]} renders */
async function follow(renders) {
  const render = renders.find(({ id }) => id === watched);
  if (!render) return;
  if (render.state === "done") {
    watched = "";
    await look(render);
  } else if (render.state === "running" && render.glimpse > (glimpsed.get(render.id) ?? 0)) {
    glimpsed.set(render.id, render.glimpse);
    const bitmap = await fetchPicture(`renders/${render.id}/glimpse.png`);
    store.set({ shown: { title: "Glimpse", bitmap } });
    by("picture-note").textContent = `${render.method} learns; this is what it would answer now`;
  }
}

/** @param {Render} render */
async function look(render) {
  const bitmap = await fetchPicture(`renders/${render.id}/answer.png`);
  store.set({ shown: { title: nameOf(render), bitmap, render: render.id } });
  by("picture-note").textContent = `${nameOf(render)} · ${spoken(render.seconds ?? 0)}`;
}

/** The picture of where the pixels of a render came from. @param {string} id */
export function provenanceOf(id) {
  return fetchPicture(`renders/${id}/provenance.png`);
}

/** @param {Render} render */
function nameOf({ method, preset }) {
  return `${method}:${preset}`;
}

function list() {
  const { renders } = store.state;
  by("no-renders").hidden = renders.length > 0;
  const old = new Map([...by("renders").children].map((item) => [/** @type {HTMLElement} */ (item).dataset.key, item]));
  by("renders").replaceChildren(...renders.map((render) => {
    const key = JSON.stringify(render);
    return old.get(key) ?? item(render, key);
  }));
}

/** @param {Render} render @param {string} key */
function item(render, key) {
  const made = make("li", { "data-key": key, "data-state": render.state });
  const title = make("button", { type: "button", class: "title", disabled: render.state !== "done" }, nameOf(render));
  title.addEventListener("click", () => trying(() => look(render)));
  if (render.state === "done") made.append(thumbnail(render));
  made.append(title, make("span", { class: "when" }, told(render)));
  if (onItsWay(render)) {
    const bar = make("progress", { max: "1", "aria-label": `${nameOf(render)}: ${render.stage}` });
    if (render.share !== null) bar.value = render.share;
    made.append(bar);
  }
  for (const line of [render.error, ...render.doubts]) if (line) made.append(make("p", { class: "said" }, line));
  made.append(actions(render));
  return made;
}

/** @param {Render} render */
function thumbnail({ id }) {
  const image = make("img", { alt: "", class: "small-answer" });
  fetchBlob(`renders/${id}/thumbnail.png`).then((blob) => {
    image.src = URL.createObjectURL(blob);
    image.onload = () => URL.revokeObjectURL(image.src);
  }, () => image.remove());
  return image;
}

/** @param {Render} render */
function told({ state, stage, left, seconds, seed, files }) {
  if (state === "running") return left ? `${stage}, ${spoken(left)} left` : stage;
  if (state === "waiting") return stage;
  if (state === "done") return [spoken(seconds ?? 0), ...(seed ? [`seed ${seed}`] : []), ...files].join(", ");
  return state;
}

/** @param {Render} render */
function actions(render) {
  const at = `renders/${render.id}`;
  const act = (/** @type {string} */ name, /** @type {string} */ label, /** @type {() => Promise<unknown>} */ work) =>
    iconButton(name, label, () => trying(work));
  const buttons = [act("layout", "Take this layout back", async () => {
    replaceBy(await fetchPlane(`${at}/layout`));
  })];
  if (render.state === "done") buttons.push(act("download", "Download the answer", () => download(`${at}/download`)));
  if (onItsWay(render)) buttons.push(act("cancel", "Stop it; what it learnt is kept", () => asked(`${at}/cancel`)));
  if (render.state === "cancelled" || render.state === "failed") buttons.push(act("again", "Go on", () => asked(`${at}/resume`, render.id)));
  buttons.push(act("bin", "Delete this render", async () => {
    await tell(at, { method: "DELETE" });
    await refresh();
  }));
  return make("div", { class: "actions" }, ...buttons);
}

/** @param {string} path @param {string} [watch] */
async function asked(path, watch) {
  await tell(path, { method: "POST" });
  if (watch) watched = watch;
  await refresh();
}
