// Ranking: which candidate holds which place. No page in here.

export const PLACES = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"];

export class Ranking {
  #places;
  #changed;

  constructor(count, changed = () => {}) {
    this.#places = Array(count).fill(null);
    this.#changed = changed;
  }

  // Candidates by place; null where a place is free.
  get places() {
    return [...this.#places];
  }

  get complete() {
    return !this.#places.includes(null);
  }

  // Place of a candidate, -1 where it has none.
  placeOf(candidate) {
    return this.#places.indexOf(candidate);
  }

  // The next free place, or none again for a candidate that had one.
  toggle(candidate) {
    if (this.placeOf(candidate) >= 0) this.remove(candidate);
    else this.put(candidate, this.#places.indexOf(null));
  }

  // Whoever held the place takes the one that the candidate leaves, if any.
  put(candidate, place) {
    const from = this.placeOf(candidate);
    if (place < 0 || place >= this.#places.length || from === place) return;
    if (from >= 0) this.#places[from] = this.#places[place];
    this.#places[place] = candidate;
    this.#changed();
  }

  remove(candidate) {
    const place = this.placeOf(candidate);
    if (place < 0) return;
    this.#places[place] = null;
    this.#changed();
  }

  restore(places) {
    this.#places = this.#places.map((_, place) => places[place] ?? null);
    this.#changed();
  }

  // One sentence: what a person who cannot see the tray needs to hear.
  spoken(names) {
    const said = this.#places
      .map((candidate, place) => candidate === null ? "" : `${names[candidate]} ${PLACES[place]}`)
      .filter(Boolean);
    const left = names.filter((_, candidate) => this.placeOf(candidate) < 0);
    if (!said.length) return "Nothing is ranked.";
    const rest = left.length ? `Not ranked yet: ${left.join(", ")}.` : "Press Enter to go on.";
    return `${said.join(", ")}. ${rest}`;
  }
}
