// Dragging: carries a candidate from its picture or slot to a slot, with mouse, pen or finger.
//
// A mouse drags pictures themselves. A finger on a picture scrolls the page or, held still, looks
// through the lens, so fingers drag by the grip and from the tray.

const FAR = 6; // pixels before a press becomes a drag

export function draggable(board, { pictureOf, started, dropped }) {
  let drag = null;

  board.addEventListener("pointerdown", (event) => {
    const from = event.target.closest("[data-candidate]");
    if (!from || event.button !== 0 || board.hasAttribute("data-busy")) return;
    if (event.target.closest(".enlarge")) return;
    const finger = event.pointerType === "touch";
    if (finger && !event.target.closest(".grip, .hold")) return;
    drag = {
      candidate: Number(from.dataset.candidate),
      id: event.pointerId,
      x: event.clientX,
      y: event.clientY,
      ghost: null,
      fromSlot: Boolean(event.target.closest(".hold")),
    };
  });

  addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    if (!drag.ghost) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR) return;
      drag.ghost = ghost(pictureOf(drag.candidate));
      board.toggleAttribute("data-dragging", true);
      started();
    }
    drag.ghost.style.transform =
      `translate(${event.clientX}px, ${event.clientY}px) translate(-50%, -50%)`;
    mark(slotAt(event));
    event.preventDefault();
  }, { passive: false });

  addEventListener("pointerup", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    const { ghost: shown, candidate, fromSlot } = drag;
    const slot = slotAt(event);
    end();
    if (!shown) return;
    swallowClick();
    if (slot) dropped(candidate, Number(slot.dataset.place));
    else if (fromSlot) dropped(candidate, null);
  });

  addEventListener("pointercancel", end);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") end();
  });

  function end() {
    drag?.ghost?.remove();
    drag = null;
    board.toggleAttribute("data-dragging", false);
    mark(null);
  }

  function mark(slot) {
    board.querySelectorAll(".slot.over").forEach((s) => s !== slot && s.classList.remove("over"));
    slot?.classList.add("over");
  }
}

function slotAt(event) {
  return document.elementFromPoint(event.clientX, event.clientY)?.closest(".slot") ?? null;
}

function ghost(address) {
  const made = document.createElement("img");
  made.className = "ghost";
  made.src = address;
  made.alt = "";
  document.body.append(made);
  return made;
}

// The click that a browser sends after a drag would undo what the drag did.
function swallowClick() {
  const swallow = (event) => {
    event.stopPropagation();
    event.preventDefault();
  };
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }), 50);
}
