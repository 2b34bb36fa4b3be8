// Shapes drawn from corner to corner: line, rectangle, ellipse. Shift keeps them even.

import { twoToned } from "../pane.js";
import { ellipse, rectangle, stroke } from "../spans.js";
import { Tool } from "./tool.js";

/** @typedef {import("./tool.js").Point} Point */
/** @typedef {"line" | "rectangle" | "ellipse"} Kind */

export class Shape extends Tool {
  /** @param {() => import("./tool.js").Work | null} work @param {Kind} kind */
  constructor(work, kind) {
    super(work);
    this.kind = kind;
    /** @type {Point | null} */
    this.from = null;
  }

  /** @param {Point} at @param {PointerEvent} event */
  down(at, event) {
    if (!this.work()) return false;
    this.from = at;
    this.move(at, event);
    return true;
  }

  /** @param {Point} at @param {PointerEvent} event */
  move(at, event) {
    const work = this.work();
    if (!work || !this.from) return;
    const { painting, position, size } = work;
    const { width, height } = painting.plane;
    const to = event.shiftKey ? this.even(this.from, at) : at;
    painting.revert();
    if (this.kind === "line") painting.paint(stroke(this.from, to, Math.max(0.5, size / 2), width, height), position);
    if (this.kind === "rectangle") painting.paint(rectangle(this.from, to, width, height), position);
    if (this.kind === "ellipse") painting.paint(ellipse(this.from, to, width, height), position);
  }

  up() {
    this.work()?.painting.commit();
    this.from = null;
  }

  cancel() {
    if (this.from) this.work()?.painting.revert();
    this.from = null;
  }

  /** @param {Point} from @param {Point} to @returns {Point} */
  even(from, to) {
    const dx = to.x - from.x, dy = to.y - from.y;
    if (this.kind === "line") {
      const turn = (Math.round(Math.atan2(dy, dx) / (Math.PI / 12)) * Math.PI) / 12;
      const length = Math.hypot(dx, dy);
      return { x: from.x + length * Math.cos(turn), y: from.y + length * Math.sin(turn) };
    }
    const side = Math.max(Math.abs(dx), Math.abs(dy));
    return { x: from.x + Math.sign(dx) * side, y: from.y + Math.sign(dy) * side };
  }

  /** @param {CanvasRenderingContext2D} context @param {import("../view.js").View} view @param {Point | null} hover */
  draw(context, view, hover) {
    const work = this.work();
    if (!hover || this.from || !work) return;
    const at = view.outside(hover);
    const reach = this.kind === "line" ? Math.max(1.5, (work.size * view.scale) / 2) : 5;
    context.beginPath();
    if (this.kind === "line") context.arc(at.x, at.y, reach, 0, 2 * Math.PI);
    else {
      context.moveTo(at.x - reach, at.y);
      context.lineTo(at.x + reach, at.y);
      context.moveTo(at.x, at.y - reach);
      context.lineTo(at.x, at.y + reach);
    }
    twoToned(context);
  }
}
