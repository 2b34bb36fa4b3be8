// Lens: enlarges what is under a resting mouse or a held finger, at the same place in all
// candidates at once, so that like is compared with like.

const POWER = 2.5;
const REST = 350; // milliseconds
const FAR = 12; // pixels a finger may tremble while it is held

export class Lens {
  #lenses = [];
  #timer = null;
  #lifted = -Infinity;

  // True just after a held finger was lifted: that was no tap.
  get justHeld() {
    return performance.now() - this.#lifted < 80;
  }

  // A pointer over `figure` enlarges in all of `figures`.
  watch(figure, figures) {
    if (figure.dataset.watched) return;
    figure.dataset.watched = "yes";
    const frame = figure.querySelector(".frame");
    let start = null;
    frame.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "touch") this.#wait(frame, figures, event);
    });
    frame.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "touch") return this.hide();
      start = event;
      this.#wait(frame, figures, event);
    });
    frame.addEventListener("pointermove", (event) => {
      if (this.#lenses.length) this.#move(frame, event);
      else if (event.pointerType !== "touch") this.#wait(frame, figures, event);
      else if (start && Math.hypot(event.clientX - start.clientX,
        event.clientY - start.clientY) > FAR) clearTimeout(this.#timer);
    });
    // Once the lens is out, the finger moves it and no longer the page.
    frame.addEventListener("touchmove", (event) => {
      if (this.#lenses.length) event.preventDefault();
    }, { passive: false });
    for (const over of ["pointerleave", "pointerup", "pointercancel"]) {
      frame.addEventListener(over, (event) => {
        if (event.pointerType === "touch" && this.#lenses.length) this.#lifted = performance.now();
        if (over !== "pointerup" || event.pointerType === "touch") this.hide();
        start = null;
      });
    }
    frame.addEventListener("contextmenu", (event) => {
      if (this.#lenses.length) event.preventDefault();
    });
  }

  hide() {
    clearTimeout(this.#timer);
    this.#lenses.forEach(({ lens }) => lens.remove());
    this.#lenses = [];
  }

  #wait(frame, figures, event) {
    clearTimeout(this.#timer);
    if (event.buttons && event.pointerType !== "touch") return;
    this.#timer = setTimeout(() => {
      this.#lenses = figures.map((figure) => {
        const image = figure.querySelector("img");
        const lens = document.createElement("span");
        lens.className = "lens";
        lens.style.backgroundImage = `url("${image.src}")`;
        image.parentElement.append(lens);
        return { lens, image };
      });
      this.#move(frame, event);
    }, REST);
  }

  #move(frame, event) {
    const own = frame.querySelector("img").getBoundingClientRect();
    const x = clamp((event.clientX - own.left) / own.width);
    const y = clamp((event.clientY - own.top) / own.height);
    // A finger hides what it points at; its lens stands above it.
    const lift = event.pointerType === "touch" ? 84 : 0;
    for (const { lens, image } of this.#lenses) {
      const { width, height } = image.getBoundingClientRect();
      const size = lens.offsetWidth;
      lens.style.backgroundSize = `${width * POWER}px ${height * POWER}px`;
      lens.style.backgroundPosition =
        `${size / 2 - x * width * POWER}px ${size / 2 - y * height * POWER}px`;
      lens.style.transform = `translate(${image.offsetLeft + x * width - size / 2}px, ` +
        `${image.offsetTop + y * height - size / 2 - lift}px)`;
    }
  }
}

function clamp(share) {
  return Math.min(1, Math.max(0, share));
}
