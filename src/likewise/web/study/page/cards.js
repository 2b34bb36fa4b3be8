// Cards: a candidate with its letter and tools, and a place in the tray.

import { drawn, element, named, picture } from "./pictures.js";

const ORDINALS = ["1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th"];
const CORNERS = "M9 3H3v6M15 3h6v6M9 21H3v-6M15 21h6v-6";
const DOTS = "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01";

export function card(candidate, index, { picked, enlarged }) {
  const made = element("figure", "card");
  made.dataset.candidate = index;
  const pick = button("frame pick", picked);
  pick.dataset.candidate = index;
  const image = document.createElement("img");
  picture(image, candidate, "");
  image.draggable = false;
  pick.append(image, element("span", "badge"));
  const enlarge = button("icon enlarge", enlarged);
  enlarge.setAttribute("aria-label", `Enlarge ${named(index)}`);
  enlarge.append(drawn(CORNERS));
  const grip = element("span", "icon grip");
  grip.title = "Drag into place";
  grip.dataset.candidate = index;
  grip.append(drawn(DOTS));
  const caption = element("figcaption");
  caption.append(element("span", "tag", named(index)), enlarge, grip);
  // The picture comes before its tools in the order of focus, and below them on the page.
  made.append(pick, caption);
  return made;
}

export function slot(place, end, taken) {
  const made = element("li", "slot");
  made.dataset.place = place;
  const label = element("span", "place");
  label.append(element("b", "", ORDINALS[place]), element("span", "end", end));
  const hold = button("hold", taken);
  const image = document.createElement("img");
  image.draggable = false;
  hold.append(image, element("span", "letter"));
  made.append(label, hold);
  return made;
}

function button(classes, clicked) {
  const made = element("button", classes);
  made.type = "button";
  made.addEventListener("click", clicked);
  return made;
}
