// Spans: shapes as rows of pixels, [y, first x, x after the last] each. A pixel belongs to a shape
// if its centre does, so nothing is ever half painted.

/** @typedef {import("./planes.js").Plane} Plane */
/** @typedef {[number, number, number]} Span */
/** @typedef {{ x: number, y: number }} Point in pixels; the centre of the first is (0.5, 0.5) */

/** The pixels whose centres lie from `low` to `high`, cut to `size`. @param {number} low @param {number} high @param {number} size */
function between(low, high, size) {
  return [Math.max(0, Math.ceil(low - 0.5)), Math.min(size, Math.floor(high - 0.5) + 1)];
}

/** @param {Span[]} spans @param {number} y @param {number} low @param {number} high @param {number} width */
function add(spans, y, low, high, width) {
  const [first, last] = between(low, high, width);
  if (first < last) spans.push([y, first, last]);
}

/**
 * What a round brush covers on its way from `a` to `b`: all within `radius` of the way.
 * @param {Point} a @param {Point} b @param {number} radius @param {number} width @param {number} height @returns {Span[]}
 */
export function stroke(a, b, radius, width, height) {
  /** @type {Span[]} */
  const spans = [];
  const dx = b.x - a.x, dy = b.y - a.y;
  const square = dx * dx + dy * dy, length = Math.sqrt(square);
  const [top, bottom] = between(Math.min(a.y, b.y) - radius, Math.max(a.y, b.y) + radius, height);
  for (let y = top; y < bottom; y += 1) {
    const v = y + 0.5;
    let low = Infinity, high = -Infinity;
    for (const end of [a, b]) {
      const reach = radius * radius - (v - end.y) ** 2;
      if (reach < 0) continue;
      low = Math.min(low, end.x - Math.sqrt(reach));
      high = Math.max(high, end.x + Math.sqrt(reach));
    }
    if (length > 0) {
      // The band beside the way: |across| <= radius, and 0 <= along <= length, both linear in x.
      let first = -Infinity, last = Infinity;
      const cut = (/** @type {number} */ slope, /** @type {number} */ least, /** @type {number} */ most) => {
        if (slope === 0) {
          if (least > 0 || most < 0) first = Infinity;
          return;
        }
        const [one, other] = [least / slope, most / slope];
        first = Math.max(first, Math.min(one, other));
        last = Math.min(last, Math.max(one, other));
      };
      const along = (v - a.y) * dy, across = (v - a.y) * dx;
      cut(dx, -along, square - along);
      cut(dy, across - radius * length, across + radius * length);
      if (first <= last) {
        low = Math.min(low, a.x + first);
        high = Math.max(high, a.x + last);
      }
    }
    if (low <= high) add(spans, y, low, high, width);
  }
  return spans;
}

/** @param {Point} a @param {Point} b @param {number} width @param {number} height @returns {Span[]} */
export function rectangle(a, b, width, height) {
  /** @type {Span[]} */
  const spans = [];
  const [top, bottom] = between(Math.min(a.y, b.y), Math.max(a.y, b.y), height);
  for (let y = top; y < bottom; y += 1) add(spans, y, Math.min(a.x, b.x), Math.max(a.x, b.x), width);
  return spans;
}

/** The ellipse between two corners. @param {Point} a @param {Point} b @param {number} width @param {number} height @returns {Span[]} */
export function ellipse(a, b, width, height) {
  /** @type {Span[]} */
  const spans = [];
  const x = (a.x + b.x) / 2, y = (a.y + b.y) / 2;
  const across = Math.abs(a.x - b.x) / 2, down = Math.abs(a.y - b.y) / 2;
  if (!across || !down) return spans;
  const [top, bottom] = between(y - down, y + down, height);
  for (let row = top; row < bottom; row += 1) {
    const rest = 1 - ((row + 0.5 - y) / down) ** 2;
    if (rest < 0) continue;
    const half = across * Math.sqrt(rest);
    add(spans, row, x - half, x + half, width);
  }
  return spans;
}

/** Even-odd inside of a polygon. @param {Point[]} points @param {number} width @param {number} height @returns {Span[]} */
export function polygon(points, width, height) {
  /** @type {Span[]} */
  const spans = [];
  for (let y = 0; y < height; y += 1) {
    const v = y + 0.5;
    /** @type {number[]} */
    const crossings = [];
    points.forEach((from, place) => {
      const to = points[(place + 1) % points.length];
      if (from.y <= v !== to.y <= v) {
        crossings.push(from.x + ((v - from.y) / (to.y - from.y)) * (to.x - from.x));
      }
    });
    crossings.sort((one, other) => one - other);
    for (let place = 0; place + 1 < crossings.length; place += 2) {
      add(spans, y, crossings[place], crossings[place + 1], width);
    }
  }
  return spans;
}

/**
 * The connected pixels (side by side, not by corners) of the class at (x, y).
 * @param {Plane} plane @param {number} x @param {number} y @returns {Span[]}
 */
export function region(plane, x, y) {
  const { width, height, data } = plane;
  /** @type {Span[]} */
  const spans = [];
  if (x < 0 || y < 0 || x >= width || y >= height) return spans;
  const wanted = data[y * width + x];
  const seen = new Uint8Array(data.length);
  const waiting = [[x, y]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [column, row] = next;
    const start = row * width;
    if (seen[start + column]) continue;
    let first = column, last = column + 1;
    while (first > 0 && data[start + first - 1] === wanted) first -= 1;
    while (last < width && data[start + last] === wanted) last += 1;
    seen.fill(1, start + first, start + last);
    spans.push([row, first, last]);
    for (const near of [row - 1, row + 1]) {
      if (near < 0 || near >= height) continue;
      let inside = false;
      for (let at = first; at < last; at += 1) {
        const open = data[near * width + at] === wanted && !seen[near * width + at];
        if (open && !inside) waiting.push([at, near]);
        inside = open;
      }
    }
  }
  return spans;
}

/** The pixels set in a mask. @param {{ width: number, height: number, data: Uint8Array }} mask @returns {Span[]} */
export function spansOf(mask) {
  /** @type {Span[]} */
  const spans = [];
  for (let y = 0; y < mask.height; y += 1) {
    let first = -1;
    for (let x = 0; x <= mask.width; x += 1) {
      const on = x < mask.width && mask.data[y * mask.width + x] > 0;
      if (on && first < 0) first = x;
      if (!on && first >= 0) {
        spans.push([y, first, x]);
        first = -1;
      }
    }
  }
  return spans;
}
