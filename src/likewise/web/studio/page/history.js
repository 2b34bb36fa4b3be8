// History: what was painted, to be taken back and done again, without limit. A change is kept as
// runs of pixels that had one class before and one after: a stroke of any size takes little.

/** @typedef {import("./planes.js").Plane} Plane */
/** @typedef {import("./planes.js").Rect} Rect */
/** @typedef {{ starts: Uint32Array, lengths: Uint32Array, old: Uint8Array, now: Uint8Array, rect: Rect }} Change */

/**
 * What turns `before` into `after`, looked for in `rect`; null where nothing does.
 * @param {Plane} before @param {Plane} after @param {Rect} rect @returns {Change | null}
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

/** @param {Plane} plane @param {Change} change @param {Uint8Array} values */
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

  /** Takes the last change back. @param {Plane} plane @returns {Rect | null} what it touched */
  undo(plane) {
    const change = this.done.pop();
    if (!change) return null;
    put(plane, change, change.old);
    this.undone.push(change);
    return change.rect;
  }

  /** @param {Plane} plane @returns {Rect | null} */
  redo(plane) {
    const change = this.undone.pop();
    if (!change) return null;
    put(plane, change, change.now);
    this.done.push(change);
    return change.rect;
  }
}
