// Brush and eraser: strokes as wide as the brush, or as wide as the pen is pressed. The eraser
// paints what the source layout shows.

import { twoToned } from "../pane.js";
import { stroke } from "../spans.js";
import { Tool } from "./tool.js";

/** @typedef {import("./tool.js").Point} Point */

export class Brush extends Tool {
  /** @param {() => import("./tool.js").Work | null} work @param {boolean} erases */
  constructor(work, erases = false) {
    super(work);
    this.erases = erases;
    /** @type {Point | null} */
    this.last = null;
    this.straight = /** @type {Point | null} */ (null); // where the last stroke ended, for Shift
  }

  /** @param {Point} at @param {PointerEvent} event */
  down(at, event) {
    const work = this.work();
    if (!work || (this.erases && !work.source)) return false;
    this.stretch(event.shiftKey && this.straight ? this.straight : at, at, event);
    this.last = at;
    return true;
  }

  /** @param {Point} at @param {PointerEvent} event */
  move(at, event) {
    if (this.last) this.stretch(this.last, at, event);
    this.last = at;
  }

  /** @param {Point} at */
  up(at) {
    this.work()?.painting.commit();
    this.last = null;
    this.straight = at;
  }

  cancel() {
    if (this.last) this.work()?.painting.revert();
    this.last = null;
  }

  /** @param {Point} from @param {Point} to @param {PointerEvent} event */
  stretch(from, to, event) {
    const work = this.work();
    if (!work) return;
    const { painting, position, source } = work;
    const pressed = event.pointerType === "pen" && event.pressure > 0 ? 2 * event.pressure : 1;
    const radius = Math.max(0.5, (work.size * Math.min(1, pressed)) / 2);
    const spans = stroke(from, to, radius, painting.plane.width, painting.plane.height);
    if (!this.erases) painting.paint(spans, position);
    else if (source) painting.paintFrom(spans, source);
  }

  /** @param {CanvasRenderingContext2D} context @param {import("../view.js").View} view @param {Point | null} hover */
  draw(context, view, hover) {
    const work = this.work();
    if (!hover || !work) return;
    const at = view.outside(hover);
    context.beginPath();
    context.arc(at.x, at.y, Math.max(1.5, (work.size * view.scale) / 2), 0, 2 * Math.PI);
    twoToned(context);
  }
}
