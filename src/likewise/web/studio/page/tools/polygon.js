// Polygon: a corner at each click; the first corner, a double click or Enter closes it.

import { twoToned } from "../pane.js";
import { polygon } from "../spans.js";
import { Tool } from "./tool.js";

/** @typedef {import("./tool.js").Point} Point */

const NEAR = 9; // screen pixels within which a click means the first corner

export class Polygon extends Tool {
  /** @param {() => import("./tool.js").Work | null} work */
  constructor(work) {
    super(work);
    /** @type {Point[]} */
    this.corners = [];
    this.scale = 1;
  }

  /** @param {Point} at @param {PointerEvent} event */
  down(at, event) {
    if (!this.work()) return false;
    const first = this.corners[0];
    const close = first && Math.hypot(first.x - at.x, first.y - at.y) * this.scale < NEAR;
    if ((close && this.corners.length > 2) || event.detail === 2) this.finish();
    else this.corners.push(at);
    this.redraw();
    return true;
  }

  get busy() {
    return this.corners.length > 0;
  }

  /** Takes the last corner back. */
  back() {
    const there = this.corners.pop();
    this.redraw();
    return there !== undefined;
  }

  finish() {
    const painting = this.work()?.painting;
    if (painting && this.corners.length > 2) {
      painting.paint(polygon(this.corners, painting.plane.width, painting.plane.height), this.work()?.position ?? 0);
      painting.commit();
    }
    this.cancel();
  }

  cancel() {
    this.corners = [];
    this.redraw();
  }

  /** @param {CanvasRenderingContext2D} context @param {import("../view.js").View} view @param {Point | null} hover */
  draw(context, view, hover) {
    this.scale = view.scale;
    const points = [...this.corners, ...(hover ? [hover] : [])].map((corner) => view.outside(corner));
    context.beginPath();
    points.forEach((point, place) => (place ? context.lineTo(point.x, point.y) : context.moveTo(point.x, point.y)));
    for (const point of points.slice(0, this.corners.length)) {
      context.moveTo(point.x + 4, point.y);
      context.arc(point.x, point.y, 4, 0, 2 * Math.PI);
    }
    twoToned(context);
  }
}
