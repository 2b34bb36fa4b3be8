// Planes: label maps as bytes, a byte the position of a pixel's class. Pure: nothing here draws.

export const UNLABELLED = 255;

/** @typedef {{ width: number, height: number, data: Uint8Array }} Plane */
/** @typedef {{ left: number, top: number, right: number, bottom: number }} Rect right and bottom excluded */

/**
 * @param {number} width
 * @param {number} height
 * @param {Uint8Array} [data]
 * @returns {Plane}
 */
export function plane(width, height, data = new Uint8Array(width * height)) {
  if (data.length !== width * height) throw new RangeError("a plane has one byte a pixel");
  return { width, height, data };
}

/** @param {Plane} one @returns {Plane} */
export function copied(one) {
  return plane(one.width, one.height, one.data.slice());
}

/** @param {Plane} one @param {Plane} other */
export function alike(one, other) {
  return one.width === other.width && one.height === other.height;
}

/**
 * The same at another size, cut or extended: new pixels take the class of the nearest old one.
 * @param {Plane} one @param {number} width @param {number} height
 * @param {{ x: number, y: number }} anchor what stays in place: 0, 0 the upper left corner, 1, 1 the lower right one
 * @returns {Plane}
 */
export function extended(one, width, height, anchor) {
  const [left, top] = [Math.round((width - one.width) * anchor.x), Math.round((height - one.height) * anchor.y)];
  return sampled(one, width, height, (x) => x - left, (y) => y - top);
}

/** The same at another size, every pixel the nearest old one. @param {Plane} one @param {number} width @param {number} height @returns {Plane} */
export function scaled(one, width, height) {
  return sampled(one, width, height, (x) => Math.floor(((x + 0.5) * one.width) / width), (y) => Math.floor(((y + 0.5) * one.height) / height));
}

/** @param {Plane} one @param {number} width @param {number} height @param {(x: number) => number} column @param {(y: number) => number} row */
function sampled(one, width, height, column, row) {
  const made = plane(width, height);
  const within = (/** @type {number} */ at, /** @type {number} */ size) => Math.min(size - 1, Math.max(0, at));
  const columns = Int32Array.from({ length: width }, (_, x) => within(column(x), one.width));
  for (let y = 0; y < height; y += 1) {
    const start = within(row(y), one.height) * one.width;
    for (let x = 0; x < width; x += 1) made.data[y * width + x] = one.data[start + columns[x]];
  }
  return made;
}

/** The smallest rectangle that holds both. @param {Rect | null} one @param {Rect | null} other @returns {Rect | null} */
export function joined(one, other) {
  if (!one || !other) return one ?? other;
  return {
    left: Math.min(one.left, other.left),
    top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
  };
}

/** @param {Plane} one @returns {Rect} */
export function whole(one) {
  return { left: 0, top: 0, right: one.width, bottom: one.height };
}
