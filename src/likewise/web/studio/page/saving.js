// Saving: the layout is kept by the server half a second after each change.

import { by } from "./elements.js";
import { failed } from "./notice.js";
import { copied } from "./planes.js";
import { sendPlane, tell } from "./server.js";
import { store } from "./store.js";

const PAUSE = 500; // milliseconds
/** @type {number | undefined} */
let timer;
/** @type {Promise<void>} */
let sending = Promise.resolve();
/** @type {() => void} */
let corrected = () => {};

/** @param {() => void} labelsCorrected called when source labels were kept */
export function setUpSaving(labelsCorrected) {
  corrected = labelsCorrected;
  addEventListener("beforeunload", (event) => {
    if (!store.state.saved) {
      save();
      event.preventDefault();
    }
  });
  store.on(["saved"], ({ saved }) => {
    by("saved").textContent = saved ? "Saved" : "Saving…";
  });
}

/** Has the plane kept soon. */
export function saveSoon() {
  store.set({ saved: false });
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

/** Keeps what is not kept yet; resolves when all is. @returns {Promise<void>} */
export function save() {
  clearTimeout(timer);
  if (!store.state.saved) sending = sending.then(send);
  return sending;
}

async function send() {
  const { project, painting, editing } = store.state;
  if (!project || !painting || store.state.saved) return;
  const plane = copied(painting.plane);
  try {
    if (editing === "layout") await sendPlane(`projects/${project.id}/layout`, "PUT", plane);
    else {
      await sendPlane(`projects/${project.id}/labels/plane`, "PUT", plane);
      store.set({ source: plane, project: await tell(`projects/${project.id}`) });
      corrected();
    }
    const same = painting === store.state.painting && painting.plane.data.every((value, at) => value === plane.data[at]);
    if (same) store.set({ saved: true });
    else saveSoon();
  } catch (error) {
    failed(error, save);
  }
}
