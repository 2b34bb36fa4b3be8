"""Pictures: the sources of backdrops and things, with their credits; all of free licence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import skimage.data
import sklearn.datasets
from skimage.draw import polygon2mask

from benchmarks.cases import read_case
from likewise import LabelMap


@dataclass(frozen=True)
class Credit:
    """Whose picture it is, under which licence, and where it comes from."""

    title: str
    author: str
    licence: str
    origin: str


@dataclass(frozen=True)
class Picture:
    """A source picture: ``rgb`` (H, W, 3) float32 in [0, 1], and its label map where it has one."""

    rgb: np.ndarray
    labels: LabelMap | None
    credit: Credit


FLOWER = Credit(
    "flower.jpg",
    "flickr user vultilion",
    "CC BY 2.0",
    "https://www.flickr.com/photos/vultilion/6056698931/, taken from scikit-learn",
)
CREDITS = {
    "temple": Credit(
        "china.jpg",
        "flickr user danielbuechele",
        "CC BY 2.0",
        "https://www.flickr.com/photos/danielbuechele/6061409035/, taken from scikit-learn",
    ),
    "flower": FLOWER,
    "foliage": FLOWER,
    "rocket": Credit(
        "DSCOVR on a Falcon 9",
        "SpaceX",
        "public domain",
        "https://www.flickr.com/photos/spacexphotos/16511594820/, taken from scikit-image",
    ),
    "coffee": Credit(
        "coffee.png",
        "Rachel Michetti, courtesy of Pikolo Espresso Bar",
        "CC0",
        "scikit-image",
    ),
    "brick": Credit(
        "Bricks25", "CC0Textures", "CC0", "https://cc0textures.com/, taken from scikit-image"
    ),
    "gravel": Credit(
        "Gravel04", "CC0Textures", "CC0", "https://cc0textures.com/, taken from scikit-image"
    ),
    "grass": Credit(
        "Grass 01",
        "linolafett",
        "CC0",
        "https://www.deviantart.com/linolafett/art/Grass-01-434853879, taken from scikit-image",
    ),
    "coins": Credit(
        "Greek coins from Pompeii",
        "Brooklyn Museum",
        "no known copyright restrictions",
        "https://www.brooklynmuseum.org/opencollection/archives/image/51611, "
        "taken from scikit-image",
    ),
    "hubble": Credit(
        "Hubble eXtreme Deep Field",
        "NASA",
        "public domain",
        "http://hubblesite.org/newscenter/archive/releases/2012/37/image/a/, "
        "taken from scikit-image",
    ),
    "astronaut": Credit(
        "Eileen Collins",
        "NASA",
        "public domain",
        "https://flic.kr/p/r9qvLn, taken from scikit-image",
    ),
    "cell": Credit(
        "A cell in suspension",
        "Paul Müller, Mirjam Schürmann, Salvatore Girardo, Gheorghe Cojoc, Jochen Guck",
        "CC0",
        "scikit-image",
    ),
    "retina": Credit(
        "Fundus photograph of normal left eye",
        "Mikael Häggström",
        "CC0",
        "https://commons.wikimedia.org/wiki/File:Fundus_photograph_of_normal_left_eye.jpg, "
        "taken from scikit-image",
    ),
}
EXAMPLES = ("temple", "flower", "rocket", "coffee")
CROPPED_AT = (96, 0)  # where the example lies in the whole picture of the astronaut
SHOULDERS = (
    *((97, 216), (86, 226), (77, 234), (67, 245), (59, 256), (52, 266), (46, 277), (41, 290)),
    *((38, 300), (33, 313), (29, 324), (27, 334), (363, 334), (361, 326), (357, 309), (354, 295)),
    *((351, 286), (350, 319), (97, 319)),
)
"""(x, y) around what the example crops off her suit, down to the row where her helmet hides it."""
LOADERS: dict[str, Callable[[], np.ndarray]] = {
    "foliage": lambda: sklearn.datasets.load_sample_image("flower.jpg"),
    "brick": skimage.data.brick,
    "gravel": skimage.data.gravel,
    "grass": skimage.data.grass,
    "coins": skimage.data.coins,
    "hubble": skimage.data.hubble_deep_field,
    "cell": skimage.data.cell,
    "retina": skimage.data.retina,
}
"""All lie inside the installed packages; nothing is fetched."""


@cache
def read_picture(name: str) -> Picture:
    """The picture called ``name`` in :data:`CREDITS`; treat its pixels as read-only."""
    if name == "astronaut":
        return Picture(_unit(skimage.data.astronaut()), _astronaut_labels(), CREDITS[name])
    if name in EXAMPLES:
        case = read_case(name)
        return Picture(case.image.to_float(), case.labels, CREDITS[name])
    pixels = np.asarray(LOADERS[name]())
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    return Picture(_unit(pixels), None, CREDITS[name])


def _unit(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float32) / np.float32(255)


def _astronaut_labels() -> LabelMap:
    """The example's label map in the whole picture, and both shoulders beyond it."""
    known = read_case("astronaut").labels
    ids = np.full((512, 512), known.classes.by_name("backdrop").id)
    ids[polygon2mask(ids.shape, np.array(SHOULDERS)[:, ::-1])] = known.classes.by_name("suit").id
    x, y = CROPPED_AT
    ids[y : y + known.size[0], x : x + known.size[1]] = known.ids
    return known.with_ids(ids)
