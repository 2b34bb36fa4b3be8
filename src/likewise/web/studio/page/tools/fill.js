// Fill: a whole connected region takes the class at one click. And the picker, which takes from it.

import { region } from "../spans.js";
import { Tool } from "./tool.js";

/** @typedef {import("./tool.js").Point} Point */

export class Fill extends Tool {
  /** @param {Point} at */
  down(at) {
    const work = this.work();
    if (!work) return false;
    work.painting.paint(region(work.painting.plane, Math.floor(at.x), Math.floor(at.y)), work.position);
    work.painting.commit();
    return true;
  }
}

export class Picker extends Tool {
  /** @param {() => import("./tool.js").Work | null} work @param {(position: number) => void} picked */
  constructor(work, picked) {
    super(work);
    this.picked = picked;
  }

  /** @param {Point} at */
  down(at) {
    const plane = this.work()?.painting.plane;
    if (!plane) return false;
    const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
    if (x < 0 || y < 0 || x >= plane.width || y >= plane.height) return false;
    this.picked(plane.data[y * plane.width + x]);
    return true;
  }
}
