// Notice: one calm line for what went wrong or is worth knowing, with a way on where there is one.

import { by } from "./elements.js";
import { Refusal } from "./server.js";

/** @type {number | undefined} */
let timer;

/** @param {string} text @param {{ again?: () => void, passing?: boolean }} [more] */
export function notice(text, { again, passing } = {}) {
  by("notice-text").textContent = text;
  const retry = by("notice-again");
  retry.hidden = !again;
  retry.onclick = () => {
    hideNotice();
    again?.();
  };
  // An open dialog lies over all the rest, so it must hold the notice.
  (document.querySelector("dialog[open]") ?? document.body).append(by("notice"));
  by("notice").hidden = false;
  clearTimeout(timer);
  if (passing) timer = setTimeout(hideNotice, 6000);
}

export function hideNotice() {
  by("notice").hidden = true;
}

/** Tells what was refused. @param {unknown} error @param {() => void} [again] what to try once more */
export function failed(error, again) {
  if (error instanceof DOMException && error.name === "AbortError") return;
  if (!(error instanceof Refusal)) console.error(error);
  const text = error instanceof Refusal ? error.message : "Something went wrong on this page.";
  const passing = error instanceof Refusal && (error.status === 0 || error.status === 429);
  notice(text, { again: passing || !(error instanceof Refusal) ? again : undefined });
}

/** Runs `work`, and tells if it is refused. @param {() => Promise<unknown>} work */
export async function trying(work) {
  try {
    await work();
  } catch (error) {
    failed(error, () => trying(work));
  }
}
