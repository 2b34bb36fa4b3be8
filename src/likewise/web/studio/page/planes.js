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
