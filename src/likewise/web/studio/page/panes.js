// Panes: the layout on the left, the picture on the right, seen through one view.

import { by, input } from "./elements.js";
import { Pane, twoToned } from "./pane.js";
import { points } from "./pointing.js";
import { provenanceOf } from "./renders.js";
import { store } from "./store.js";
import { beginsIn, inHand } from "./toolbox.js";
import { View } from "./view.js";

/** @typedef {import("./spans.js").Point} Point */

const NARROW = matchMedia("(max-width: 860px)");
const view = new View();
/** @type {Point | null} */
let hover = null;
let slider = 0.5; // where before and after meet, of the picture's width
/** @type {ImageBitmap | null} */
let provenance = null;
/** @type {HTMLCanvasElement | null} */
let outlines = null;

const HATCH = hatched();
const layoutPane = new Pane(canvas("layout"), view, drawLayout, (context) => inHand().draw(context, view, hover));
const picturePane = new Pane(canvas("picture"), view, drawPicture, drawSlider);

/** @param {string} id */
function canvas(id) {
  return /** @type {HTMLCanvasElement} */ (by(id));
}

export function redraw() {
  layoutPane.draw();
  picturePane.draw();
}

/** The pane that is seen, where only one is. */
function visible() {
  return layoutPane.size.width ? layoutPane : picturePane;
}

/** Puts the panes beside or below each other, whichever shows more. */
function arrange() {
  const { painting } = store.state;
  const { clientWidth: wide, clientHeight: high } = by("panes");
  if (!painting) return;
  const { width, height } = painting.plane;
  const beside = Math.min(wide / 2 / width, high / height), below = Math.min(wide / width, high / 2 / height);
  by("panes").dataset.split = below > beside ? "below" : "beside";
}

export function fit() {
  const { painting } = store.state;
  arrange();
  if (painting) view.fit(painting.plane, visible().size);
}

export function actualSize() {
  const { painting } = store.state;
  if (painting) view.actual(painting.plane, visible().size);
}

/** @param {number} factor */
export function zoom(factor) {
  const { width, height } = visible().size;
  view.zoom(factor, { x: width / 2, y: height / 2 });
}

export function setUpPanes() {
  layoutPane.onresize = picturePane.onresize = () => view.fitted && fit();
  points(layoutPane, {
    down(at, event) {
      const plane = store.state.painting?.plane;
      if (plane && store.state.tool === "hand") return false;
      const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
      if (plane && x >= 0 && y >= 0 && x < plane.width && y < plane.height) beginsIn(plane.data[y * plane.width + x]);
      return inHand().down(at, event);
    },
    move: (at, event) => inHand().move(at, event),
    up: (at, event) => inHand().up(at, event),
    cancel: () => inHand().cancel(),
    hover(at, event) {
      hover = event.pointerType === "touch" ? null : at;
      layoutPane.draw();
    },
  });
  points(picturePane, {
    down(at, event) {
      return store.state.compare && Math.abs(at.x - place()) * view.scale < 24;
    },
    move(at) {
      slider = Math.min(1, Math.max(0, at.x / Math.max(1, size().width)));
      picturePane.draw();
    },
    up() {},
    cancel() {},
    hover() {},
  });
  store.on(["painting"], () => {
    fit();
    listen();
  });
  store.on(["source", "onion"], () => {
    outlines = null;
    redraw();
  });
  store.on(["shown", "image", "opacity", "compare", "overlay", "tool", "size"], redraw);
  store.on(["shown"], ({ shown }) => showProvenance(shown?.render));
  by("overlay-kind").addEventListener("change", redraw);
  input("overlay").addEventListener("input", () => store.set({ overlay: input("overlay").valueAsNumber }));
  input("opacity").addEventListener("input", () => store.set({ opacity: input("opacity").valueAsNumber }));
  input("onion").addEventListener("change", () => store.set({ onion: input("onion").checked }));
  input("compare").addEventListener("change", () => store.set({ compare: input("compare").checked }));
  NARROW.addEventListener("change", fit);
}

/** @type {WeakSet<object>} */
const heard = new WeakSet();

function listen() {
  const { painting } = store.state;
  if (!painting || heard.has(painting)) return;
  heard.add(painting);
  for (const name of ["paint", "change"]) painting.addEventListener(name, redraw);
  painting.addEventListener("resize", fit);
}

/** @param {string | undefined} render */
async function showProvenance(render) {
  provenance = null;
  const job = store.state.renders.find(({ id }) => id === render);
  if (job?.traceable) provenance = await provenanceOf(job.id).catch(() => null);
  redraw();
}

function size() {
  const { painting } = store.state;
  return painting ? painting.plane : { width: 1, height: 1 };
}

function place() {
  return slider * size().width;
}

/** @param {CanvasRenderingContext2D} context */
function drawLayout(context) {
  const { painting, image, shown, opacity, onion, editing } = store.state;
  if (!painting) return;
  const { width, height } = painting.plane;
  hatch(context, width, height);
  context.imageSmoothingEnabled = false; // a class has no shades
  context.drawImage(painting.canvas, 0, 0);
  const below = editing === "labels" ? image : shown?.bitmap ?? image;
  if (below && opacity > 0) {
    context.globalAlpha = opacity;
    context.imageSmoothingEnabled = view.scale < 2;
    context.drawImage(below, 0, 0, width, height);
    context.globalAlpha = 1;
  }
  if (onion && editing === "layout") drawOutlines(context);
}

/** What is seen where nothing is labelled. @param {CanvasRenderingContext2D} context @param {number} width @param {number} height */
function hatch(context, width, height) {
  const pattern = context.createPattern(HATCH, "repeat");
  if (!pattern) return;
  pattern.setTransform(new DOMMatrix().scale(1 / view.scale));
  context.fillStyle = pattern;
  context.fillRect(0, 0, width, height);
}

function hatched() {
  const made = document.createElement("canvas");
  made.width = made.height = 8;
  const context = made.getContext("2d");
  if (context) {
    context.strokeStyle = "rgb(128 128 128 / 55%)";
    context.beginPath();
    for (const from of [-8, 0, 8]) {
      context.moveTo(from - 1, 9);
      context.lineTo(from + 9, -1);
    }
    context.stroke();
  }
  return made;
}

/** @param {CanvasRenderingContext2D} context */
function drawOutlines(context) {
  const { source, painting } = store.state;
  if (!source || !painting) return;
  outlines ??= edgesOf(source);
  context.imageSmoothingEnabled = false;
  context.drawImage(outlines, 0, 0, painting.plane.width, painting.plane.height);
}

/** Where classes of the source layout meet. @param {import("./planes.js").Plane} plane */
function edgesOf({ width, height, data }) {
  const made = document.createElement("canvas");
  made.width = width;
  made.height = height;
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let y = 0; y + 1 < height; y += 1) {
    for (let x = 0; x + 1 < width; x += 1) {
      const at = y * width + x;
      if (data[at] !== data[at + 1] || data[at] !== data[at + width]) pixels[at] = (x + y) & 4 ? 0xffffffff : 0xff000000;
    }
  }
  made.getContext("2d")?.putImageData(image, 0, 0);
  return made;
}

/** @param {CanvasRenderingContext2D} context */
function drawPicture(context) {
  const { painting, image, shown, compare, overlay } = store.state;
  if (!painting) return;
  const { width, height } = painting.plane;
  const picture = shown?.bitmap ?? image;
  context.imageSmoothingEnabled = view.scale < 3;
  context.imageSmoothingQuality = "high";
  if (picture) context.drawImage(picture, 0, 0, width, height);
  const above = /** @type {HTMLSelectElement} */ (by("overlay-kind")).value === "provenance" ? provenance : painting.canvas;
  if (above && overlay > 0) {
    context.globalAlpha = overlay;
    context.imageSmoothingEnabled = false;
    context.drawImage(above, 0, 0, width, height);
    context.globalAlpha = 1;
  }
  if (compare && image) {
    context.save();
    context.beginPath();
    context.rect(0, 0, place(), height);
    context.clip();
    context.clearRect(0, 0, place(), height);
    context.imageSmoothingEnabled = view.scale < 3;
    context.drawImage(image, 0, 0, image.width === width ? width : image.width, image.height === height ? height : image.height);
    context.restore();
  }
}

/** @param {CanvasRenderingContext2D} context */
function drawSlider(context) {
  if (!store.state.compare) return;
  const top = view.outside({ x: place(), y: 0 }), bottom = view.outside({ x: place(), y: size().height });
  context.beginPath();
  context.moveTo(top.x, top.y);
  context.lineTo(bottom.x, bottom.y);
  const middle = (Math.max(0, top.y) + Math.min(picturePane.size.height, bottom.y)) / 2;
  context.moveTo(top.x + 9, middle);
  context.arc(top.x, middle, 9, 0, 2 * Math.PI);
  twoToned(context);
}
