// Large: a candidate beside the reference, as large as the window allows.

import { named, picture } from "./pictures.js";

const $ = (id) => document.getElementById(id);

export class Large {
  constructor() {
    $("large").addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) this.#show((this.index + step + this.candidates.length) % this.candidates.length);
    });
    $("large").addEventListener("click", (event) => {
      if (event.target === $("large")) $("large").close();
    });
  }

  open(reference, candidates, index) {
    this.candidates = candidates;
    $("large-reference-name").textContent = reference.name;
    picture($("large-reference"), reference, reference.name);
    $("large").style.setProperty("--ratio", (reference.width / reference.height).toFixed(4));
    $("large-others").replaceChildren(...candidates.map((_, other) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = named(other);
      button.addEventListener("click", () => this.#show(other));
      return button;
    }));
    this.#show(index);
    $("large").showModal();
    $("large-others").children[index].focus();
  }

  #show(index) {
    this.index = index;
    $("large-title").textContent = `${$("large-reference-name").textContent} and ${named(index)}`;
    $("large-name").textContent = named(index);
    picture($("large-image"), this.candidates[index], `Picture ${named(index)}`);
    [...$("large-others").children].forEach((button, other) => {
      button.setAttribute("aria-pressed", String(other === index));
      button.setAttribute("aria-label", `Show ${named(other)}`);
    });
  }
}
