"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  document.documentElement.classList.add("js");

  /* Tables: the first click puts the best first, the next turns the order round. */
  for (const heading of all("th[data-sorts]")) {
    heading.querySelector("button").addEventListener("click", () => {
      const body = heading.closest("table").tBodies[0];
      const down = heading.getAttribute("aria-sort") === "ascending";
      for (const other of all("th[data-sorts]", heading.closest("tr"))) {
        other.setAttribute("aria-sort", "none");
      }
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => row.cells[heading.cellIndex].dataset.order;
      const rows = [...body.rows].sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        if (x === "" || y === "") return (x === "") - (y === "");
        const order = heading.dataset.sorts === "name" ? x.localeCompare(y) : x - y;
        return down ? -order : order;
      });
      body.append(...rows);
    });
  }

  /* Magnifier: the same spot of every picture of a row, side by side. */
  const lens = document.getElementById("lens");
  const strip = lens.querySelector(".strip");
  const SHOWN = 150; // CSS pixels of a crop that a power of one would show of the picture
  let lit = null;
  let pointed = null;
  let crops = [];
  let spot = { x: 0.5, y: 0.5 };

  const power = () => Number(document.querySelector("input[name=power]:checked").value);

  const light = (row) => {
    if (row === lit) return;
    dim();
    lit = row;
    row.classList.add("lit");
    crops = all(".picture", row).map((button) => {
      const figure = document.createElement("figure");
      const caption = document.createElement("figcaption");
      caption.textContent = button.dataset.title;
      const canvas = document.createElement("canvas");
      figure.append(caption, canvas);
      return { button, canvas, figure, image: button.querySelector("img") };
    });
    strip.replaceChildren(...crops.map((crop) => crop.figure));
    lens.hidden = false;
    for (const { image } of crops.filter((crop) => !crop.image.naturalWidth)) {
      image.loading = "eager"; // it was left for later, and is wanted now
      image.addEventListener("load", () => lit === row && magnify(pointed), { once: true });
    }
  };

  const dim = () => {
    if (lit) lit.classList.remove("lit");
    lit = null;
    crops = [];
    lens.hidden = true;
  };

  /* Every crop shows the same length of the scene, in pixels of the originals. */
  const magnify = (button) => {
    pointed = button;
    const here = button.querySelector("img");
    const box = here.getBoundingClientRect();
    const side = Math.min(here.getAttribute("width"), (here.getAttribute("width") / box.width) * (SHOWN / power()));
    lens.classList.toggle("above", box.top > innerHeight - box.bottom); // where more room is left
    for (const { button: other, canvas, image } of crops) {
      const [width, height] = [Number(image.getAttribute("width")), Number(image.getAttribute("height"))];
      const held = Math.min(side, width, height);
      const left = Math.min(Math.max(spot.x * width - held / 2, 0), width - held);
      const top = Math.min(Math.max(spot.y * height - held / 2, 0), height - held);
      const frame = other.querySelector(".spot");
      frame.style.left = `${(left / width) * 100}%`;
      frame.style.top = `${(top / height) * 100}%`;
      frame.style.width = `${(held / width) * 100}%`;
      frame.style.height = `${(held / height) * 100}%`;
      const pixels = Math.round(canvas.clientWidth * devicePixelRatio);
      if (canvas.width !== pixels) canvas.width = canvas.height = pixels;
      const pen = canvas.getContext("2d");
      const share = image.naturalWidth / width; // below 1 where less was embedded
      pen.imageSmoothingEnabled = pixels < held * share * 3;
      if (!image.naturalWidth) continue;
      pen.drawImage(image, left * share, top * share, held * share, held * share, 0, 0, pixels, pixels);
    }
  };

  const aim = (button, event) => {
    const box = button.getBoundingClientRect();
    spot = { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
    light(button.closest(".row"));
    magnify(button);
  };
  const follow = (event) => {
    const button = event.target.closest?.(".picture");
    if (button && power()) aim(button, event);
    else if (event.pointerType === "mouse") dim();
  };
  /* A finger that rests or slides on a picture magnifies; a short tap enlarges; up and down scroll. */
  const HELD = 250; // milliseconds
  let touched = 0;
  let held = false;
  document.addEventListener("pointerdown", (event) => {
    held = false;
    if (event.pointerType === "mouse") return;
    touched = event.timeStamp;
    follow(event);
  });
  document.addEventListener("pointermove", follow, { passive: true });
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, (event) => {
      if (event.pointerType === "mouse") return;
      held = event.timeStamp - touched > HELD;
      dim();
    });
  }
  document.addEventListener("contextmenu", (event) => {
    if (lit && event.pointerType === "touch") event.preventDefault();
  });
  document.documentElement.addEventListener("pointerleave", dim);
  const moved = () => {
    if (!lit) return;
    const { top, bottom } = lit.getBoundingClientRect();
    if (bottom < 0 || top > innerHeight) dim();
    else magnify(pointed);
  };
  document.addEventListener("scroll", moved, { passive: true });
  addEventListener("resize", moved);
  document.addEventListener("focusin", (event) => {
    const button = event.target.closest?.(".picture");
    if (!button || !power() || !button.matches(":focus-visible")) return dim();
    light(button.closest(".row"));
    magnify(button);
  });
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") dim();
    const button = event.target.closest?.(".picture");
    const step = STEPS[event.key];
    if (!button || !step || !lit || box.open) return;
    event.preventDefault();
    spot = { x: Math.min(1, Math.max(0, spot.x + step[0] / 20)), y: Math.min(1, Math.max(0, spot.y + step[1] / 20)) };
    magnify(button);
  });

  /* Lightbox: pictures in one place, so that stepping through a row compares them. */
  const box = document.getElementById("lightbox");
  const stage = box.querySelector("img");
  const rows = all("main .row").map((row) => all(".picture", row));
  let at = [0, 0];

  const show = (row, column) => {
    const pictures = rows[row];
    at = [row, Math.min(Math.max(column, 0), pictures.length - 1)];
    const button = pictures[at[1]];
    const image = button.querySelector("img");
    stage.src = image.src;
    stage.alt = image.alt;
    box.querySelector("b").textContent = button.dataset.title;
    const words = box.querySelectorAll(".words span");
    words[0].textContent = `${button.closest(".row").dataset.title}, ${image.getAttribute("width")} × ${image.getAttribute("height")}`;
    words[1].querySelector("a").href = button.dataset.file;
    words[1].querySelector("em").hidden = !button.hasAttribute("data-reduced");
  };
  const turn = (by) => {
    const [row, column] = at;
    if (rows[row][column + by]) return show(row, column + by);
    const next = row + by;
    if (rows[next]?.length) show(next, by > 0 ? 0 : rows[next].length - 1);
  };
  /* The same column of the next row: titles tell, for rows may lack a picture. */
  const jump = (by) => {
    const title = rows[at[0]][at[1]].dataset.title;
    for (let row = at[0] + by; rows[row]; row += by) {
      const column = rows[row].findIndex((button) => button.dataset.title === title);
      if (column >= 0) return show(row, column);
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".picture");
    if (!button || held) return;
    const row = rows.findIndex((pictures) => pictures.includes(button));
    dim();
    show(row, rows[row].indexOf(button));
    box.showModal();
  });
  box.querySelector(".back").addEventListener("click", () => turn(-1));
  box.querySelector(".on").addEventListener("click", () => turn(1));
  box.querySelector(".close").addEventListener("click", () => box.close());
  box.addEventListener("keydown", (event) => {
    const acts = { ArrowLeft: () => turn(-1), ArrowRight: () => turn(1), ArrowUp: () => jump(-1), ArrowDown: () => jump(1) };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  });
  box.addEventListener("close", () => {
    stage.removeAttribute("src");
    rows[at[0]][at[1]].focus({ preventScroll: false });
    dim();
  });

  /* Copying the command; printing with every detail open. */
  const copy = document.querySelector(".command button");
  copy.addEventListener("click", async () => {
    const text = document.querySelector(".command pre").textContent;
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(document.querySelector(".command pre"));
      copy.textContent = "Selected";
    }
  });
})();
