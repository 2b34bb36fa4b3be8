// Previewing: the picture follows the brush. A small answer first, then larger ones as long as
// nobody paints; what was overtaken is dropped.

import { by } from "./elements.js";
import { failed } from "./notice.js";
import { copied } from "./planes.js";
import { Refusal, sendPlane } from "./server.js";
import { store } from "./store.js";

const STEPS = [160, 320, 0]; // short sides asked for, 0: full size
let turn = 0; // of the server's count, which begins anew with each load of the page
let version = 0; // of the layout
let running = false;
/** @type {AbortController | null} */
let finer = null;

/** Asks for previews of the layout as it is now. */
export function preview() {
  version += 1;
  finer?.abort();
  if (!running) follow();
}

/** Begins to count anew, for another project. */
export function restartPreviews() {
  version += 1;
  turn = 0;
  finer?.abort();
}

async function follow() {
  running = true;
  try {
    for (let done = -1; done !== version; ) {
      done = version;
      await refine(done);
    }
  } catch (error) {
    // A class that the source does not show is a wish, not a fault: its sentence stands below.
    if (error instanceof Refusal && error.status === 422) told(error.message);
    else failed(error, preview);
  } finally {
    running = false;
  }
}

/** @param {number} wanted */
async function refine(wanted) {
  const { project, painting, editing } = store.state;
  if (!project || !painting || editing !== "layout") return;
  const plane = copied(painting.plane);
  const side = Math.min(plane.width, plane.height);
  for (const short of STEPS) {
    if (short >= side) continue;
    finer = short === STEPS[0] ? null : new AbortController(); // the first is always awaited
    try {
      turn += 1;
      const reply = await sendPlane(`projects/${project.id}/preview`, "POST", plane, { short, turn }, finer?.signal);
      const bitmap = await createImageBitmap(await reply.blob());
      if (project.id !== store.state.project?.id) return;
      told(`Preview${short ? `, ${short} px` : ""} · ${Number(reply.headers.get("x-seconds")).toFixed(1)} s`);
      store.set({ shown: { title: "Preview", bitmap } });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      if (error instanceof Refusal && error.status === 409) return;
      throw error;
    }
    if (wanted !== version) return;
  }
}

/** @param {string} text */
function told(text) {
  by("picture-note").textContent = text;
}
