// Store: what the page knows, in one place; whoever needs it is told when it changes.

/**
 * @typedef {import("./planes.js").Plane} Plane
 * @typedef {import("./painting.js").Painting} Painting
 * @typedef {{ name: string, colour: string, area: number }} ClassTold
 * @typedef {{ id: string, name: string, width: number, height: number, labelled: boolean,
 *   layout: { width: number, height: number } | null, classes: ClassTold[], notes: string[], updated: string }} Project
 * @typedef {{ id: string, method: string, preset: string, seed: number, state: string, stage: string,
 *   share: number | null, left: number | null, seconds: number | null, error: string | null, doubts: string[],
 *   glimpse: number, created: string, width: number, height: number, traceable: boolean,
 *   files: string[] }} Render
 * @typedef {{ title: string, bitmap: ImageBitmap, render?: string }} Shown
 * @typedef {{
 *   project: Project | null, source: Plane | null, image: ImageBitmap | null, painting: Painting | null,
 *   editing: "layout" | "labels", tool: string, position: number, size: number, protect: boolean,
 *   opacity: number, onion: boolean, shown: Shown | null, compare: boolean, overlay: number,
 *   renders: Render[], busy: boolean, saved: boolean }} State
 */

/** @type {State} */
const START = {
  project: null, source: null, image: null, painting: null, editing: "layout",
  tool: "brush", position: 0, size: 24, protect: false, opacity: 0, onion: false,
  shown: null, compare: false, overlay: 0, renders: [], busy: false, saved: true,
};

class Store {
  constructor() {
    this.state = { ...START };
    /** @type {{ keys: string[], told: (state: State) => void }[]} */
    this.listeners = [];
  }

  /** @param {Partial<State>} changes */
  set(changes) {
    const changed = Object.entries(changes).filter(([key, value]) => /** @type {any} */ (this.state)[key] !== value);
    if (!changed.length) return;
    Object.assign(this.state, changes);
    const keys = changed.map(([key]) => key);
    for (const { keys: wanted, told } of this.listeners) {
      if (wanted.some((key) => keys.includes(key))) told(this.state);
    }
  }

  /** Calls `told` whenever one of `keys` has changed. @param {(keyof State)[]} keys @param {(state: State) => void} told */
  on(keys, told) {
    this.listeners.push({ keys, told });
  }
}

export const store = new Store();
