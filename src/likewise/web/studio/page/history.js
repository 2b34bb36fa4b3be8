// History: what was painted, to be taken back and done again, without limit. A change is kept as
// runs of pixels that had one class before and one after: a stroke of any size takes little. Where
// the size changed, both planes are kept, as runs too.

import { plane as planeOf } from "./planes.js";

/** @typedef {import("./planes.js").Plane} Plane */
/** @typedef {import("./planes.js").Rect} Rect */
/** @typedef {{ starts: Uint32Array, lengths: Uint32Array, old: Uint8Array, now: Uint8Array, rect: Rect }} Stroke */
/** @typedef {{ width: number, height: number, lengths: Uint32Array, values: Uint8Array }} Packed a plane as runs */
/** @typedef {{ before: Packed, after: Packed }} Resize */
/** @typedef {Stroke | Resize} Change */

/**
 * What turns `before` into `after`, looked for in `rect`; null where nothing does.
 * @param {Plane} before @param {Plane} after @param {Rect} rect @returns {Stroke | null}
 */
export function difference(before, after, rect) {
  /** @type {number[]} */
  const starts = [];
  /** @type {number[]} */
  const lengths = [];
  /** @type {number[]} */
  const old = [];
  /** @type {number[]} */
  const now = [];
  const { width } = after;
  for (let y = rect.top; y < rect.bottom; y += 1) {
    let run = -1;
    for (let at = y * width + rect.left; at < y * width + rect.right; at += 1) {
      const [was, is] = [before.data[at], after.data[at]];
      if (was === is) run = -1;
      else if (run >= 0 && old[run] === was && now[run] === is) lengths[run] += 1;
      else {
        run = starts.push(at) - 1;
        lengths.push(1);
        old.push(was);
        now.push(is);
      }
    }
  }
  if (!starts.length) return null;
  return {
    starts: Uint32Array.from(starts),
    lengths: Uint32Array.from(lengths),
    old: Uint8Array.from(old),
    now: Uint8Array.from(now),
    rect,
  };
}

/** @param {Plane} before @param {Plane} after @returns {Resize} */
export function resized(before, after) {
  return { before: packed(before), after: packed(after) };
}

/** @param {Plane} plane @returns {Packed} */
export function packed({ width, height, data }) {
  /** @type {number[]} */
  const lengths = [];
  /** @type {number[]} */
  const values = [];
  for (let at = 0; at < data.length; ) {
    const first = at;
    while (at < data.length && data[at] === data[first]) at += 1;
    lengths.push(at - first);
    values.push(data[first]);
  }
  return { width, height, lengths: Uint32Array.from(lengths), values: Uint8Array.from(values) };
}

/** @param {Packed} packed @returns {Plane} */
export function unpacked({ width, height, lengths, values }) {
  const made = planeOf(width, height);
  let at = 0;
  lengths.forEach((length, run) => made.data.fill(values[run], at, (at += length)));
  return made;
}

/** @param {Plane} plane @param {Stroke} change @param {Uint8Array} values */
function put(plane, change, values) {
  change.starts.forEach((start, run) => plane.data.fill(values[run], start, start + change.lengths[run]));
}

export class History {
  constructor() {
    /** @type {Change[]} */
    this.done = [];
    /** @type {Change[]} */
    this.undone = [];
  }

  /** @param {Change} change */
  push(change) {
    this.done.push(change);
    this.undone = [];
  }

  /**
   * Takes the last change back.
   * @param {Plane} plane @returns {Rect | Plane | null} what it touched; the plane to go on with where the size changed
   */
  undo(plane) {
    const change = this.done.pop();
    if (!change) return null;
    this.undone.push(change);
    if ("before" in change) return unpacked(change.before);
    put(plane, change, change.old);
    return change.rect;
  }

  /** Does again what was taken back last. @param {Plane} plane @returns {Rect | Plane | null} as `undo` */
  redo(plane) {
    const change = this.undone.pop();
    if (!change) return null;
    this.done.push(change);
    if ("after" in change) return unpacked(change.after);
    put(plane, change, change.now);
    return change.rect;
  }
}
