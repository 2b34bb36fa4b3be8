// Board: one question on the page, its pictures, its tray, and the ways to rank them.

import { Ranking, PLACES } from "./ranking.js";
import { draggable } from "./dragging.js";
import { Lens } from "./lens.js";
import { Large } from "./large.js";
import { card, slot } from "./cards.js";
import { element, named, picture } from "./pictures.js";

const $ = (id) => document.getElementById(id);
// What the two ends of a ranking mean, and what is compared with, by what is shown at the left.
const WORDS = {
  source: { reference: "Source", ends: ["most alike", "least alike"] },
  layout: { reference: "Layout", ends: ["follows best", "follows least"] },
};

const DAY = 86_400_000; // a page may be left open for weeks

export class Board {
  #confirmed;
  #spoken = "";

  constructor({ confirmed, speak }) {
    this.#confirmed = confirmed;
    this.speak = speak;
    this.lens = new Lens();
    this.large = new Large();
    $("confirm").addEventListener("click", () => this.confirm());
    $("candidates").addEventListener("keydown", (event) => this.#key(event));
    $("slots").addEventListener("keydown", (event) => this.#confirmKey(event));
    draggable($("board"), {
      pictureOf: (candidate) => this.screen.candidates[candidate].image,
      started: () => this.lens.hide(),
      dropped: (candidate, place) => {
        if (place === null) this.ranking.remove(candidate);
        else this.ranking.put(candidate, place);
      },
    });
  }

  show(screen, kept) {
    this.screen = screen;
    const { question, reference, legend, candidates } = screen;
    const words = WORDS[question.shown];
    this.words = words;
    this.names = candidates.map((_, index) => named(index));
    this.reference = { ...reference, name: words.reference };
    $("question").textContent = question.text;
    $("hint").textContent = question.hint;
    $("reference-name").textContent = words.reference;
    $("reference").classList.toggle("is-layout", question.shown === "layout");
    picture($("reference-image"), reference, words.reference);
    this.#legend(legend);
    const ratio = reference.width / reference.height;
    $("board").classList.toggle("wide", ratio > 1.15);
    $("board").style.setProperty("--ratio", ratio.toFixed(4));
    const columns = candidates.length > 3 ? 3 : 2; // of the wide arrangement
    $("board").style.setProperty("--count", candidates.length);
    $("board").style.setProperty("--columns", columns);
    $("board").style.setProperty("--rows", Math.ceil((candidates.length + 1) / columns));
    $("candidates").replaceChildren(...candidates.map((candidate, index) => card(
      candidate, index, { picked: () => this.#picked(index), enlarged: () => this.#enlarge(index) },
    )));
    $("slots").replaceChildren(...candidates.map((_, place) => slot(
      place, this.#end(place), () => this.#taken(place),
    )));
    this.ranking = new Ranking(candidates.length, () => this.#draw(true));
    this.busy = false;
    if (kept) this.ranking.restore(kept);
    this.#draw(false);
    this.lens.watch($("reference"), [$("reference")]);
    const cards = [...$("candidates").children];
    cards.forEach((card) => this.lens.watch(card, cards));
  }

  get milliseconds() {
    return Math.min(Math.round(performance.now() - this.since), DAY);
  }

  // Nothing can be ranked while the answer is on its way.
  set busy(busy) {
    this.waits = busy;
    $("board").toggleAttribute("data-busy", busy);
    $("confirm").textContent = busy ? "Saving…" : "Next";
  }

  focus() {
    this.since = performance.now();
    scrollTo({ top: 0 });
    $("question").focus({ preventScroll: true });
  }

  confirm() {
    if (this.waits) return;
    if (this.ranking.complete) this.#confirmed(this.ranking.places);
    else {
      this.speak(`Rank all ${this.names.length} pictures first. ${this.ranking.spoken(this.names)}`);
      $("slots").classList.remove("nudge");
      void $("slots").offsetWidth; // lets the animation start again
      $("slots").classList.add("nudge");
    }
  }

  #picked(index) {
    if (!this.waits && !this.lens.justHeld) this.ranking.toggle(index);
  }

  #taken(place) {
    const candidate = this.ranking.places[place];
    if (candidate !== null && !this.waits) this.ranking.remove(candidate);
  }

  // What is written at the two ends of the tray.
  #end(place) {
    const last = this.screen.candidates.length - 1;
    return { 0: this.words.ends[0], [last]: this.words.ends[1] }[place] ?? "";
  }

  #draw(aloud) {
    const places = this.ranking.places;
    for (const card of $("candidates").children) {
      const index = Number(card.dataset.candidate);
      const place = this.ranking.placeOf(index);
      card.classList.toggle("ranked", place >= 0);
      card.querySelector(".badge").textContent = place < 0 ? "" : place + 1;
      const pick = card.querySelector(".pick");
      pick.setAttribute("aria-pressed", String(place >= 0));
      pick.setAttribute("aria-label",
        `Picture ${named(index)}, ${place < 0 ? "not ranked" : `ranked ${PLACES[place]}`}`);
    }
    for (const slot of $("slots").children) this.#drawSlot(slot, places);
    $("slots").classList.remove("nudge");
    $("confirm").setAttribute("aria-disabled", String(!this.ranking.complete));
    const said = this.ranking.spoken(this.names);
    if (aloud && said !== this.#spoken) this.speak(said);
    this.#spoken = said;
  }

  #drawSlot(slot, places) {
    const place = Number(slot.dataset.place);
    const candidate = places[place];
    const hold = slot.querySelector(".hold");
    const image = hold.querySelector("img");
    slot.classList.toggle("full", candidate !== null);
    hold.querySelector(".letter").textContent = candidate === null ? place + 1 : named(candidate);
    if (candidate === null) {
      delete hold.dataset.candidate;
      image.hidden = true;
      hold.setAttribute("aria-label", `${PLACES[place]} place: free`);
    } else {
      hold.dataset.candidate = candidate;
      image.hidden = false;
      picture(image, this.screen.candidates[candidate], "");
      image.draggable = false;
      hold.setAttribute("aria-label", `${PLACES[place]} place: ${named(candidate)}. Take it out`);
    }
  }

  // It stands twice on the page; which one is seen depends on the arrangement.
  #legend(entries) {
    for (const list of $("board").querySelectorAll(".legend")) {
      list.hidden = !entries.length;
      list.replaceChildren(...entries.map(([name, colour]) => {
        const item = element("li", "", name);
        const patch = element("i", "swatch");
        patch.style.backgroundColor = colour;
        item.prepend(patch);
        return item;
      }));
    }
  }

  #enlarge(index) {
    this.lens.hide();
    this.large.open(this.reference, this.screen.candidates, index);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const cards = [...$("candidates").querySelectorAll(".pick")];
    const here = cards.indexOf(event.target);
    if (here < 0 || this.waits) return;
    const place = Number(event.key) - 1;
    const held = this.ranking.placeOf(here);
    const moves = {
      ArrowRight: () => cards[(here + 1) % cards.length].focus(),
      ArrowLeft: () => cards[(here + cards.length - 1) % cards.length].focus(),
      ArrowUp: () => this.ranking.put(here, held < 0 ? this.ranking.places.indexOf(null) : held - 1),
      ArrowDown: () => (held < 0 ? this.ranking.toggle(here) : this.ranking.put(here, held + 1)),
      Backspace: () => this.ranking.remove(here),
      Delete: () => this.ranking.remove(here),
      z: () => this.#enlarge(here),
      Z: () => this.#enlarge(here),
    };
    if (place >= 0 && place < cards.length) this.ranking.put(here, place);
    else if (event.key === "Enter") this.#enter(event, here);
    else if (moves[event.key]) moves[event.key]();
    else return;
    event.preventDefault();
  }

  // Enter goes on once all is ranked; before, it ranks what it stands on.
  #enter(event, here) {
    if (event.repeat) return;
    if (this.ranking.complete) this.confirm();
    else if (this.ranking.placeOf(here) < 0) this.ranking.toggle(here);
    else this.confirm();
  }

  #confirmKey(event) {
    if (event.key !== "Enter" || event.repeat || !this.ranking.complete) return;
    event.preventDefault();
    this.confirm();
  }
}
