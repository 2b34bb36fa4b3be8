// Region: a connected piece is picked by a click, then moved, scaled by its corners, mirrored,
// doubled or taken away; where it was, the classes around it close in.

import { twoToned } from "../pane.js";
import { filled, piece, placed } from "../regions.js";
import { region } from "../spans.js";
import { UNLABELLED } from "../planes.js";
import { Tool } from "./tool.js";

/** @typedef {import("./tool.js").Point} Point */
/** @typedef {import("../planes.js").Rect} Rect */
/** @typedef {"left" | "right" | "top" | "bottom"} Side */

const GRIP = 12; // screen pixels around a corner or an edge that take hold of it

export class Region extends Tool {
  /** @param {() => import("./tool.js").Work | null} work @param {(picked: boolean) => void} told */
  constructor(work, told) {
    super(work);
    this.told = told;
    /** @type {import("../regions.js").Piece | null} */
    this.piece = null;
    /** @type {import("../spans.js").Span[]} */
    this.spans = []; // where the piece was
    /** @type {ReturnType<typeof filled> | null} */
    this.hole = null; // what is seen there once it is gone
    /** @type {Rect} */
    this.to = { left: 0, top: 0, right: 0, bottom: 0 };
    this.mirrored = { across: false, down: false };
    this.keeps = false; // whether the piece stays where it was, too
    this.scale = 1;
    /** @type {{ at: Point, to: Rect, sides: Side[] } | null} */
    this.held = null;
  }

  /** @param {Point} at */
  down(at) {
    const painting = this.work()?.painting;
    if (!painting) return false;
    if (this.piece) {
      const sides = this.sidesAt(at);
      if (!sides) {
        this.finish();
        return this.pick(at);
      }
      this.held = { at, to: { ...this.to }, sides };
      return true;
    }
    return this.pick(at);
  }

  /** @param {Point} at */
  pick(at) {
    const painting = this.work()?.painting;
    if (!painting) return false;
    const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
    const spans = region(painting.plane, x, y);
    const position = spans.length ? painting.plane.data[y * painting.plane.width + x] : UNLABELLED;
    if (position === UNLABELLED) return false;
    this.spans = spans;
    this.piece = piece(spans, position);
    this.to = { ...this.piece.from };
    this.mirrored = { across: false, down: false };
    this.keeps = false;
    this.hole = null;
    this.held = { at, to: { ...this.to }, sides: [] };
    this.told(true);
    this.redraw();
    return true;
  }

  /** What a pointer there would take hold of: sides, none of them (the whole), or nothing. @param {Point} at @returns {Side[] | null} */
  sidesAt(at) {
    const reach = GRIP / this.scale;
    const { left, top, right, bottom } = this.to;
    if (at.x < left - reach || at.x > right + reach || at.y < top - reach || at.y > bottom + reach) return null;
    /** @type {Side[]} */
    const sides = [];
    if (Math.abs(at.x - left) < reach) sides.push("left");
    else if (Math.abs(at.x - right) < reach) sides.push("right");
    if (Math.abs(at.y - top) < reach) sides.push("top");
    else if (Math.abs(at.y - bottom) < reach) sides.push("bottom");
    return sides;
  }

  /** @param {Point} at @param {PointerEvent} event */
  move(at, event) {
    if (!this.held || !this.piece) return;
    const { at: from, to, sides } = this.held;
    const dx = Math.round(at.x - from.x), dy = Math.round(at.y - from.y);
    if (!sides.length) {
      this.to = { left: to.left + dx, right: to.right + dx, top: to.top + dy, bottom: to.bottom + dy };
    } else {
      this.to = { ...to };
      if (sides.includes("left")) this.to.left = Math.min(to.left + dx, to.right - 1);
      if (sides.includes("right")) this.to.right = Math.max(to.right + dx, to.left + 1);
      if (sides.includes("top")) this.to.top = Math.min(to.top + dy, to.bottom - 1);
      if (sides.includes("bottom")) this.to.bottom = Math.max(to.bottom + dy, to.top + 1);
      if (sides.length === 2 && !event.shiftKey) this.keepAspect(to, sides);
    }
    this.show();
  }

  /** @param {Rect} before @param {Side[]} sides */
  keepAspect(before, sides) {
    const wide = before.right - before.left, high = before.bottom - before.top;
    const factor = Math.max((this.to.right - this.to.left) / wide, (this.to.bottom - this.to.top) / high);
    const [width, height] = [Math.max(1, Math.round(wide * factor)), Math.max(1, Math.round(high * factor))];
    if (sides.includes("left")) this.to.left = this.to.right - width;
    else this.to.right = this.to.left + width;
    if (sides.includes("top")) this.to.top = this.to.bottom - height;
    else this.to.bottom = this.to.top + height;
  }

  up() {
    this.held = null;
  }

  /** Paints the layout as it would be. */
  show() {
    const painting = this.work()?.painting;
    if (!painting || !this.piece) return;
    painting.revert();
    if (!this.keeps) {
      this.hole ??= filled(painting.plane, this.spans);
      painting.paintValues(this.hole.spans, this.hole.values);
    }
    if (this.to.right > this.to.left) {
      const { width, height } = painting.plane;
      painting.paint(placed(this.piece, this.to, this.mirrored, width, height), this.piece.position);
    }
    this.redraw();
  }

  /** @param {"across" | "down"} way */
  flip(way) {
    this.mirrored[way] = !this.mirrored[way];
    this.show();
  }

  /** Leaves the piece where it was as well, and moves on with a second one. */
  duplicate() {
    if (!this.piece) return;
    const [dx, dy] = [(this.to.right - this.to.left) / 4, (this.to.bottom - this.to.top) / 4].map(Math.round);
    if (this.to.left !== this.piece.from.left || this.to.top !== this.piece.from.top || this.keeps) this.settle();
    this.keeps = true;
    this.to = { left: this.to.left + dx, right: this.to.right + dx, top: this.to.top + dy, bottom: this.to.bottom + dy };
    this.show();
  }

  /** Commits what is shown, and goes on with the same piece from where it stands. */
  settle() {
    const painting = this.work()?.painting;
    if (!painting || !this.piece) return;
    this.show();
    painting.commit();
  }

  remove() {
    const painting = this.work()?.painting;
    if (!painting || !this.piece) return;
    this.to = { left: 0, top: 0, right: 0, bottom: 0 };
    this.keeps = false;
    this.show();
    this.finish();
  }

  finish() {
    if (!this.piece) return;
    this.work()?.painting.commit();
    this.letGo();
  }

  cancel() {
    if (!this.piece) return;
    this.work()?.painting.revert();
    this.letGo();
  }

  letGo() {
    this.piece = null;
    this.held = null;
    this.told(false);
    this.redraw();
  }

  /** @param {CanvasRenderingContext2D} context @param {import("../view.js").View} view */
  draw(context, view) {
    this.scale = view.scale;
    if (!this.piece) return;
    const a = view.outside({ x: this.to.left, y: this.to.top });
    const b = view.outside({ x: this.to.right, y: this.to.bottom });
    context.beginPath();
    context.rect(a.x, a.y, b.x - a.x, b.y - a.y);
    for (const x of [a.x, (a.x + b.x) / 2, b.x]) {
      for (const y of [a.y, (a.y + b.y) / 2, b.y]) {
        if (x === (a.x + b.x) / 2 && y === (a.y + b.y) / 2) continue;
        context.rect(x - 3.5, y - 3.5, 7, 7);
      }
    }
    twoToned(context);
  }
}
