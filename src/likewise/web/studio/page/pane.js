// Pane: a canvas that shows pictures through a view, as sharp as the screen, once a frame at most.

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./spans.js").Point} Point */

export class Pane {
  /**
   * @param {HTMLCanvasElement} canvas @param {View} view
   * @param {(context: CanvasRenderingContext2D, pane: Pane) => void} paint in pixels of the picture
   * @param {(context: CanvasRenderingContext2D, pane: Pane) => void} [above] in pixels of the pane
   */
  constructor(canvas, view, paint, above) {
    this.canvas = canvas;
    this.view = view;
    this.paint = paint;
    this.above = above;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.waiting = false;
    this.onresize = () => {};
    view.addEventListener("change", () => this.draw());
    new ResizeObserver(() => {
      this.onresize();
      this.draw();
    }).observe(canvas);
  }

  get size() {
    return { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
  }

  /** @param {{ clientX: number, clientY: number }} event @returns {Point} on the pane */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  draw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.drawNow();
    });
  }

  drawNow() {
    const ratio = devicePixelRatio || 1;
    const { width, height } = this.size;
    if (!width || !height) return;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      this.canvas.width = wide;
      this.canvas.height = high;
    }
    const { context, view } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, wide, high);
    context.setTransform(ratio * view.scale, 0, 0, ratio * view.scale, Math.round(ratio * view.x), Math.round(ratio * view.y));
    this.paint(context, this);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.above?.(context, this);
  }
}

/** The outline of a shape that is seen on any ground. @param {CanvasRenderingContext2D} context */
export function twoToned(context) {
  context.lineWidth = 3;
  context.strokeStyle = "rgb(0 0 0 / 55%)";
  context.stroke();
  context.lineWidth = 1.25;
  context.strokeStyle = "white";
  context.stroke();
}
