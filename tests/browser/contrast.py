"""Contrast: what of a page is harder to see than WCAG 2 AA allows, as a function for a browser."""

from __future__ import annotations

CONTRAST = """() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map((v) => {
      const s = v / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (let n = node; n; n = n.parentElement) {
      const colour = getComputedStyle(n).backgroundColor;
      if (!colour.endsWith(", 0)")) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const ratio = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const low = [];
  for (const node of document.querySelectorAll("main *, header *, footer *")) {
    if (node.closest("dialog, .spoken")) continue;
    const drawn = node instanceof SVGElement;
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const style = getComputedStyle(node);
    if (own && !(drawn && /^on\\d/.test(node.getAttribute("class") ?? ""))) {
      const r = ratio(drawn ? style.fill : style.color, behind(node));
      if (r < 4.5) low.push([node.tagName, node.className, r]);
    }
    if (drawn && node.matches("rect.bar")) {
      const r = ratio(style.fill, behind(node));
      if (r < 3) low.push(["bar", node.getAttribute("class"), r]);
    }
  }
  const parts = [...document.querySelectorAll("svg text[class^=on]")];
  for (const text of parts) {
    const [own, under] = [text, text.previousElementSibling].map((n) => getComputedStyle(n).fill);
    const r = ratio(own, under);
    if (r < 4.5) low.push(["rank", text.getAttribute("class"), r]);
  }
  return low;
}"""
