// Painting: a plane on its way, its picture in class colours, and its history.

import { History, difference, resized } from "./history.js";
import { UNLABELLED, alike, copied, joined, whole } from "./planes.js";

/** @typedef {import("./planes.js").Plane} Plane */
/** @typedef {import("./planes.js").Rect} Rect */
/** @typedef {import("./spans.js").Span} Span */
/** @typedef {[number, number, number]} Colour */

export class Painting extends EventTarget {
  /** @param {Plane} plane @param {Colour[]} palette */
  constructor(plane, palette) {
    super();
    this.history = new History();
    this.canvas = document.createElement("canvas");
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    /** @type {Rect | null} */
    this.touched = null;
    /** @type {number | null} */
    this.only = null; // the one class that may be painted over; null: all
    this.plane = plane;
    this.kept = copied(plane);
    this.palette = palette;
    this.colours = new Uint32Array(256);
    this.recolour(palette);
  }

  /** @param {Colour[]} palette */
  recolour(palette) {
    this.palette = palette;
    this.colours.fill(0);
    palette.forEach(([red, green, blue], place) => {
      this.colours[place] = (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
    });
    this.colours[UNLABELLED] = 0;
    if (this.canvas.width !== this.plane.width || this.canvas.height !== this.plane.height) {
      this.canvas.width = this.plane.width;
      this.canvas.height = this.plane.height;
    }
    this.redraw(whole(this.plane));
  }

  /** @param {Span[]} spans @param {number} position */
  paint(spans, position) {
    this.write(spans, (row, first, last) => {
      const { data } = this.plane;
      if (this.only === null) data.fill(position, row + first, row + last);
      else for (let at = row + first; at < row + last; at += 1) if (data[at] === this.only) data[at] = position;
    });
  }

  /** Paints each span with values of its own. @param {Span[]} spans @param {Uint8Array[]} values */
  paintValues(spans, values) {
    this.write(spans, (row, first, last, place) => {
      const { data } = this.plane;
      for (let x = first; x < last; x += 1) {
        if (this.only === null || data[row + x] === this.only) data[row + x] = values[place][x - first];
      }
    });
  }

  /** @param {Span[]} spans @param {Plane} source of this plane's size, whose pixels are taken */
  paintFrom(spans, source) {
    const { width } = source;
    this.paintValues(spans, spans.map(([y, first, last]) => source.data.subarray(y * width + first, y * width + last)));
  }

  /** @param {Span[]} spans @param {(row: number, first: number, last: number, place: number) => void} put */
  write(spans, put) {
    if (!spans.length) return;
    const rect = { left: Infinity, top: Infinity, right: 0, bottom: 0 };
    spans.forEach(([y, first, last], place) => {
      put(y * this.plane.width, first, last, place);
      rect.left = Math.min(rect.left, first);
      rect.right = Math.max(rect.right, last);
      rect.top = Math.min(rect.top, y);
      rect.bottom = Math.max(rect.bottom, y + 1);
    });
    this.touched = joined(this.touched, rect);
    this.redraw(rect);
    this.dispatchEvent(new Event("paint"));
  }

  /** Ends a change: it can be taken back from now on. */
  commit() {
    if (!this.touched) return;
    const change = difference(this.kept, this.plane, this.touched);
    this.follow(this.touched);
    this.touched = null;
    if (!change) return;
    this.history.push(change);
    this.dispatchEvent(new Event("change"));
  }

  /** Takes back what was painted since the last commit. */
  revert() {
    if (!this.touched) return;
    const rect = this.touched;
    this.touched = null;
    this.copyRect(this.kept, this.plane, rect);
    this.redraw(rect);
    this.dispatchEvent(new Event("paint"));
  }

  undo() {
    this.revert();
    this.travelled(this.history.undo(this.plane));
  }

  redo() {
    this.revert();
    this.travelled(this.history.redo(this.plane));
  }

  /** Takes `plane`, of any size, in place of this one: a change like any other. @param {Plane} plane */
  replace(plane) {
    this.revert();
    if (alike(plane, this.plane)) {
      this.plane.data.set(plane.data);
      this.touched = whole(plane);
      this.redraw(this.touched);
      this.commit();
      return;
    }
    this.history.push(resized(this.plane, plane));
    this.become(copied(plane));
  }

  /** @param {Rect | Plane | null} to */
  travelled(to) {
    if (!to) return;
    if ("data" in to) {
      this.become(to);
      return;
    }
    this.follow(to);
    this.redraw(to);
    this.dispatchEvent(new Event("change"));
  }

  /** @param {Plane} plane of another size */
  become(plane) {
    this.plane = plane;
    this.kept = copied(plane);
    this.recolour(this.palette);
    this.dispatchEvent(new Event("resize"));
    this.dispatchEvent(new Event("change"));
  }

  /** @param {Rect} rect */
  follow(rect) {
    this.copyRect(this.plane, this.kept, rect);
  }

  /** @param {Plane} from @param {Plane} to @param {Rect} rect */
  copyRect(from, to, rect) {
    for (let y = rect.top; y < rect.bottom; y += 1) {
      const row = y * from.width;
      to.data.set(from.data.subarray(row + rect.left, row + rect.right), row + rect.left);
    }
  }

  /** @param {Rect} rect */
  redraw(rect) {
    const wide = rect.right - rect.left, high = rect.bottom - rect.top;
    if (wide <= 0 || high <= 0) return;
    const image = new ImageData(wide, high);
    const pixels = new Uint32Array(image.data.buffer);
    for (let y = 0; y < high; y += 1) {
      const row = (rect.top + y) * this.plane.width + rect.left;
      for (let x = 0; x < wide; x += 1) pixels[y * wide + x] = this.colours[this.plane.data[row + x]];
    }
    this.context.putImageData(image, rect.left, rect.top);
  }
}
