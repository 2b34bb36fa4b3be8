// Pointing: mouse, pen and fingers on a pane. One finger or button paints, two fingers, the wheel,
// the middle button or a held space bar move the view. Once a pen was used, one finger does nothing:
// it may be the hand that holds the pen.

/** @typedef {import("./pane.js").Pane} Pane */
/** @typedef {import("./spans.js").Point} Point */

/**
 * @typedef {object} Hand what a pane does with a pointer, in pixels of the picture
 * @property {(at: Point, event: PointerEvent) => boolean} down whether it takes the pointer
 * @property {(at: Point, event: PointerEvent) => void} move
 * @property {(at: Point, event: PointerEvent) => void} up
 * @property {() => void} cancel
 * @property {(at: Point | null, event: PointerEvent) => void} hover
 */

const WHEEL = 0.0016; // of the logarithm of the scale, a wheel's unit
export const held = { space: false };
let penned = false; // whether a pen was used

/** @param {Pane} pane @param {Hand} hand */
export function points(pane, hand) {
  const { canvas, view } = pane;
  /** @type {Map<number, Point>} */
  const down = new Map();
  let doing = /** @type {"paint" | "pan" | "pinch" | null} */ (null);
  /** @type {number | null} */
  let painter = null;
  /** @type {string | null} */
  let painting = null; // what paints now: a kind of pointer

  canvas.addEventListener("pointerdown", (event) => {
    const finger = event.pointerType === "touch";
    if (finger && painting === "pen") return;
    if (event.pointerType === "pen") {
      penned = true;
      if (doing === "paint") hand.cancel();
      down.clear(); // a hand that lay there before
    }
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, pane.at(event));
    if (down.size === 2) {
      if (doing === "paint") hand.cancel();
      doing = "pinch";
      painting = null;
      return;
    }
    if (down.size > 2) return;
    event.preventDefault();
    const pans = event.button === 1 || held.space || event.button === 2;
    painter = event.pointerId;
    if (finger && penned) doing = null;
    else doing = !pans && event.button === 0 && hand.down(view.inside(pane.at(event)), event) ? "paint" : "pan";
    painting = doing === "paint" ? event.pointerType : null;
  });

  canvas.addEventListener("pointermove", (event) => {
    const at = pane.at(event);
    const before = down.get(event.pointerId);
    if (!before) {
      hand.hover(view.inside(at), event);
      return;
    }
    if (doing === "paint" && event.pointerId === painter) {
      const steps = event.getCoalescedEvents?.() ?? [];
      for (const step of steps.length ? steps : [event]) hand.move(view.inside(pane.at(step)), step);
    } else if (doing === "pan" && event.pointerId === painter) view.pan(at.x - before.x, at.y - before.y);
    else if (doing === "pinch" && down.size === 2) pinch(event.pointerId, before, at);
    down.set(event.pointerId, at);
    if (doing === "paint") hand.hover(view.inside(at), event);
  });

  /** @param {number} id @param {Point} before @param {Point} at */
  function pinch(id, before, at) {
    const other = [...down].find(([key]) => key !== id)?.[1];
    if (!other) return;
    const distance = (/** @type {Point} */ p) => Math.max(8, Math.hypot(p.x - other.x, p.y - other.y));
    view.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
    view.zoom(distance(at) / distance(before), { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  }

  /** @param {PointerEvent} event */
  function ended(event) {
    if (!down.delete(event.pointerId)) return;
    if (doing === "paint" && event.pointerId === painter) {
      if (event.type === "pointercancel") hand.cancel();
      else hand.up(view.inside(pane.at(event)), event);
    }
    if (!down.size) doing = painting = null;
  }
  canvas.addEventListener("pointerup", ended);
  canvas.addEventListener("pointercancel", ended);
  canvas.addEventListener("pointerleave", (event) => hand.hover(null, event));
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : 1;
    if (event.shiftKey) view.pan(-unit * (event.deltaX || event.deltaY), 0);
    else view.zoom(Math.exp(-unit * event.deltaY * WHEEL * (event.ctrlKey ? 4 : 1)), pane.at(event));
  }, { passive: false });
}
