// Regions: pieces of a layout that are moved, scaled, mirrored or taken away. Pure.

import { plane } from "./planes.js";

/** @typedef {import("./planes.js").Plane} Plane */
/** @typedef {import("./planes.js").Rect} Rect */
/** @typedef {import("./spans.js").Span} Span */

/**
 * A piece cut out of a layout: its class, its shape (1 where it is) and where it was.
 * @typedef {{ position: number, mask: Plane, from: Rect }} Piece
 */

/** @param {Span[]} spans @param {number} position @returns {Piece} */
export function piece(spans, position) {
  const from = bounds(spans);
  const mask = plane(from.right - from.left, from.bottom - from.top);
  for (const [y, first, last] of spans) {
    const row = (y - from.top) * mask.width;
    mask.data.fill(1, row + first - from.left, row + last - from.left);
  }
  return { position, mask, from };
}

/** @param {Span[]} spans @returns {Rect} */
export function bounds(spans) {
  const found = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [y, first, last] of spans) {
    found.left = Math.min(found.left, first);
    found.right = Math.max(found.right, last);
    found.top = Math.min(found.top, y);
    found.bottom = Math.max(found.bottom, y + 1);
  }
  return found;
}

/**
 * The spans of a piece drawn into the rectangle `to` (mirrored if asked), cut to the layout.
 * @param {Piece} cut @param {Rect} to @param {{ across: boolean, down: boolean }} mirrored
 * @param {number} width @param {number} height @returns {Span[]}
 */
export function placed(cut, to, mirrored, width, height) {
  /** @type {Span[]} */
  const spans = [];
  const { mask } = cut;
  const [left, top] = [Math.round(to.left), Math.round(to.top)];
  const wide = Math.max(1, Math.round(to.right) - left), high = Math.max(1, Math.round(to.bottom) - top);
  for (let y = Math.max(0, top); y < Math.min(height, top + high); y += 1) {
    let row = Math.floor(((y - top + 0.5) * mask.height) / high);
    if (mirrored.down) row = mask.height - 1 - row;
    let first = -1;
    for (let x = Math.max(0, left); x <= Math.min(width, left + wide); x += 1) {
      let on = false;
      if (x < Math.min(width, left + wide)) {
        let column = Math.floor(((x - left + 0.5) * mask.width) / wide);
        if (mirrored.across) column = mask.width - 1 - column;
        on = mask.data[row * mask.width + column] > 0;
      }
      if (on && first < 0) first = x;
      if (!on && first >= 0) {
        spans.push([y, first, x]);
        first = -1;
      }
    }
  }
  return spans;
}

/**
 * What would be seen if `spans` were gone: each pixel's nearest class outside of them.
 * Distances are exact (Felzenszwalb and Huttenlocher 2012, for the nearest place instead of its distance).
 * @param {Plane} layout @param {Span[]} spans
 * @returns {{ spans: Span[], values: Uint8Array[] }} the same spans, and their new pixels
 */
export function filled(layout, spans) {
  const { width, height, data } = layout;
  const hole = new Uint8Array(data.length);
  for (const [y, first, last] of spans) hole.fill(1, y * width + first, y * width + last);
  const nearestRow = columnwise(hole, width, height);
  const values = spans.map(([, first, last]) => new Uint8Array(last - first));
  const rows = new Map();
  spans.forEach(([y, first, last], place) => {
    if (!rows.has(y)) rows.set(y, rowwise(nearestRow, y, width));
    const columns = rows.get(y);
    for (let x = first; x < last; x += 1) {
      const column = columns[x];
      const own = y * width + x;
      values[place][x - first] =
        column < 0 ? data[own] : data[nearestRow[y * width + column] * width + column];
    }
  });
  return { spans, values };
}

/** For each pixel the nearest row of its column that is no hole; -1 where none is. @param {Uint8Array} hole @param {number} width @param {number} height */
function columnwise(hole, width, height) {
  const nearest = new Int32Array(hole.length).fill(-1);
  for (let x = 0; x < width; x += 1) {
    let last = -1;
    for (let y = 0; y < height; y += 1) {
      if (!hole[y * width + x]) last = y;
      nearest[y * width + x] = last;
    }
    last = -1;
    for (let y = height - 1; y >= 0; y -= 1) {
      if (!hole[y * width + x]) last = y;
      const above = nearest[y * width + x];
      if (last >= 0 && (above < 0 || last - y < y - above)) nearest[y * width + x] = last;
    }
  }
  return nearest;
}

/** For each pixel of the row the column in which its nearest place lies; -1 where none is. @param {Int32Array} nearestRow @param {number} y @param {number} width */
function rowwise(nearestRow, y, width) {
  const height = (/** @type {number} */ x) => (nearestRow[y * width + x] - y) ** 2;
  const meets = (/** @type {number} */ p, /** @type {number} */ q) =>
    (height(q) + q * q - height(p) - p * p) / (2 * (q - p));
  /** @type {number[]} */
  const hull = [];
  /** @type {number[]} */
  const from = [];
  for (let q = 0; q < width; q += 1) {
    if (nearestRow[y * width + q] < 0) continue;
    while (hull.length && meets(hull[hull.length - 1], q) <= from[from.length - 1]) {
      hull.pop();
      from.pop();
    }
    from.push(hull.length ? meets(hull[hull.length - 1], q) : -Infinity);
    hull.push(q);
  }
  const columns = new Int32Array(width).fill(-1);
  let at = 0;
  for (let x = 0; x < width && hull.length; x += 1) {
    while (at + 1 < hull.length && from[at + 1] < x) at += 1;
    columns[x] = hull[at];
  }
  return columns;
}
