"""Credits: whose pictures the scenes are made of, as a page that travels with the pairs."""

from __future__ import annotations

from benchmarks.truth.pictures import CREDITS
from benchmarks.truth.plan import Scene
from benchmarks.truth.scenes import SCENES
from benchmarks.truth.things import THINGS


def pictures_of(scene: Scene) -> tuple[str, ...]:
    """Names in ``CREDITS`` of every picture that the scene, before or after an edit, is made of."""
    patches = (scene.backdrop.upper, scene.backdrop.lower)
    stands = [*scene.before, *(s for edit in scene.edits.values() for s in edit.after)]
    names = [patch.picture for patch in patches if patch is not None]
    return tuple(dict.fromkeys([*names, *(THINGS[stand.thing].picture for stand in stands)]))


def credits_page() -> str:
    """The page in Markdown: each scene's pictures, then each picture's author and licence."""
    used = {case: pictures_of(scene) for case, scene in SCENES.items()}
    lines = [
        "# Credits",
        "",
        "Composites by the Likewise authors. CC BY 2.0: "
        "https://creativecommons.org/licenses/by/2.0/. CC0: "
        "https://creativecommons.org/publicdomain/zero/1.0/.",
        "Changed: cropped, reduced, some tinted, and composed with one another.",
        "",
        *(f"- `{case}`: made of {', '.join(names)}" for case, names in used.items()),
        "",
    ]
    for name in dict.fromkeys(name for names in used.values() for name in names):
        credit = CREDITS[name]
        lines.append(
            f"- {name}: {credit.title}, {credit.author}, {credit.licence}, {credit.origin}"
        )
    return "\n".join(lines) + "\n"
