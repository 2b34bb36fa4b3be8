// View: which part of the pictures is seen, and how large; both panes look through the same one.

/** @typedef {import("./spans.js").Point} Point */

const LEAST = 0.05, MOST = 64, MARGIN = 32;

export class View extends EventTarget {
  constructor() {
    super();
    this.scale = 1; // screen pixels a pixel
    this.x = 0; // where on the pane the corner of the picture is
    this.y = 0;
    this.fitted = true;
  }

  /** @param {Point} at on the pane @returns {Point} in the picture */
  inside(at) {
    return { x: (at.x - this.x) / this.scale, y: (at.y - this.y) / this.scale };
  }

  /** @param {Point} at in the picture @returns {Point} on the pane */
  outside(at) {
    return { x: this.x + at.x * this.scale, y: this.y + at.y * this.scale };
  }

  /** @param {number} factor @param {Point} at on the pane, which stays where it is */
  zoom(factor, at) {
    const scale = Math.min(MOST, Math.max(LEAST, this.scale * factor));
    this.x = at.x - ((at.x - this.x) * scale) / this.scale;
    this.y = at.y - ((at.y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.changed(false);
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.changed(false);
  }

  /** @param {{ width: number, height: number }} picture @param {{ width: number, height: number }} pane */
  fit(picture, pane) {
    const room = { width: pane.width - 2 * MARGIN, height: pane.height - 2 * MARGIN };
    this.scale = Math.min(MOST, Math.max(LEAST, Math.min(room.width / picture.width, room.height / picture.height)));
    this.centre(picture, pane);
    this.changed(true);
  }

  /** One screen pixel a pixel. @param {{ width: number, height: number }} picture @param {{ width: number, height: number }} pane */
  actual(picture, pane) {
    this.scale = 1;
    this.centre(picture, pane);
    this.changed(false);
  }

  /** @param {{ width: number, height: number }} picture @param {{ width: number, height: number }} pane */
  centre(picture, pane) {
    this.x = Math.round((pane.width - picture.width * this.scale) / 2);
    this.y = Math.round((pane.height - picture.height * this.scale) / 2);
  }

  /** @param {boolean} fitted */
  changed(fitted) {
    this.fitted = fitted;
    this.dispatchEvent(new Event("change"));
  }
}
