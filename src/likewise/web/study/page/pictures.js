// Pictures: small pieces that pages are made of.

// "A" for 0, "B" for 1, ...
export function named(index) {
  return String.fromCharCode(65 + index);
}

export function element(name, classes = "", text = "") {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  made.textContent = text;
  return made;
}

export function drawn(path) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export function picture(image, { image: address, width, height }, words) {
  image.src = address;
  image.width = width;
  image.height = height;
  image.alt = words;
}
