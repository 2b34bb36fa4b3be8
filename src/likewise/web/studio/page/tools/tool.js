// Tool: what every tool is. Points are in pixels of the layout, the first pixel's centre at 0.5.

/** @typedef {import("../spans.js").Point} Point */
/** @typedef {import("../view.js").View} View */
/** @typedef {import("../painting.js").Painting} Painting */

/**
 * @typedef {object} Work what a tool works on
 * @property {Painting} painting
 * @property {number} position the class to paint with
 * @property {number} size of the brush, its diameter in pixels
 * @property {import("../planes.js").Plane | null} source the source layout, where its size is the painting's
 */

export class Tool {
  /** @param {() => Work | null} work what there is to work on now */
  constructor(work) {
    this.work = work;
    /** @type {() => void} */
    this.redraw = () => {};
  }

  /** Whether the tool takes this pointer. @param {Point} at @param {PointerEvent} event @returns {boolean} */
  down(at, event) {
    return false;
  }

  /** @param {Point} at @param {PointerEvent} event */
  move(at, event) {}

  /** @param {Point} at @param {PointerEvent} event */
  up(at, event) {}

  /** Whether something was begun that takes more than one press. */
  get busy() {
    return false;
  }

  /** Gives up what was begun: Escape, a second finger. */
  cancel() {}

  /** Takes back what is not applied yet. @returns {boolean} whether there was anything */
  back() {
    const begun = Boolean(this.work()?.painting.touched);
    this.cancel();
    return begun;
  }

  /** Ends what was begun: Enter, another tool. */
  finish() {}

  /** What is seen above the layout. @param {CanvasRenderingContext2D} context in pixels of the pane @param {View} view @param {Point | null} hover */
  draw(context, view, hover) {}
}
