"""Parts of a face: the classes of CelebAMask-HQ, in the two orders of ids that are in use.

The dataset's own script (Lee et al., "MaskGAN", 2020) and the widespread face-parsing networks
number the same eighteen parts differently, so ids alone do not tell what they mean. "l" and "r" are
as the label map has them; which side of the picture that is does not matter here.
"""

from __future__ import annotations

import numpy as np

from likewise.errors import LabelError
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.conventions.tables import class_table
from likewise.labels.label_map import LabelMap

ORDERS = {name: class_table(name).names[1:] for name in ("celebamask", "face-parsing")}
"""Names of ids 1 to 18 in each order; 0 is the background."""

PARTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "brows": (("l_brow",), ("r_brow",)),
    "l_brow": (("l_brow",),),
    "r_brow": (("r_brow",),),
    "eyes": (("l_eye",), ("r_eye",)),
    "l_eye": (("l_eye",),),
    "r_eye": (("r_eye",),),
    "nose": (("nose",),),
    "mouth": (("mouth", "u_lip", "l_lip"),),
}
"""What a name means: pieces that move each by itself, each of some classes that move together."""

HAIRLINE = "hairline"
FACE = ("skin", "nose", "l_eye", "r_eye", "l_brow", "r_brow", "mouth", "u_lip", "l_lip", "eye_g")


def named(labels: LabelMap, order: str | None = None) -> LabelMap:
    """``labels`` with its classes named as parts.

    Args:
        labels: of a portrait.
        order: one of ORDERS, where the map holds bare ids; None where its classes have names.

    Raises:
        LabelError: no order is given and the names are not those of parts, the order is unknown,
            or an id is beyond it.
    """
    if order is None:
        if "skin" in labels.present_classes.names:
            return labels
        raise LabelError(
            labels.origin,
            "its classes are not named as parts of a face, and two orders of their ids are in use",
            f"classes named {', '.join(ORDERS['celebamask'])}",
            f"Say which: --order {' or --order '.join(ORDERS)}; or name them in classes.json.",
        )
    if order not in ORDERS:
        raise LabelError("order", repr(order), f"one of {', '.join(ORDERS)}")
    names = ("background", *ORDERS[order])
    beyond = [number for number in labels.present() if not 0 <= number < len(names)]
    if beyond:
        raise LabelError(labels.origin, f"it holds id {beyond[0]}", f"ids 0 to {len(names) - 1}")
    table = ClassTable(
        tuple(LabelClass(c.id, names[c.id], c.colour, c.ignored) for c in labels.present_classes)
    )
    return LabelMap(labels.ids, table, labels.ignore, labels.snapping, labels.origin)


def mask_of(labels: LabelMap, names: tuple[str, ...]) -> np.ndarray:
    """(H, W) bool: the pixels of the classes called ``names``, as far as there are any."""
    ids = [entry.id for entry in labels.present_classes if entry.name in names]
    return np.isin(labels.ids, ids)
