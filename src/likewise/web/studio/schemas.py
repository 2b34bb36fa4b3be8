"""Schemas: what goes over the wire between the studio's page and its server."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from likewise.labels.colours import hex_of
from likewise.methods.registry import DEFAULT_METHOD, find_method
from likewise.studio.jobs import Job, State
from likewise.studio.planes import MOST_CLASSES
from likewise.studio.project import LONGEST_NAME, Project
from likewise.studio.renders import Standing
from likewise.studio.shelf import ShelfFile, Use, uses_of
from likewise.tasks import segmentation

LARGEST_SEED = 2**31 - 1
Key = Annotated[str, Field(pattern="^[0-9a-f]{12}$")]
Colour = Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]


class Size(BaseModel):
    """Pixels of a layout."""

    width: int
    height: int


class ClassGiven(BaseModel):
    """A class as the page names and colours it."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    colour: Colour


class ClassTold(ClassGiven):
    """A class of a project; ``area`` is its share of the source."""

    area: float = Field(ge=0, le=1)


class Changes(BaseModel):
    """What is to be changed of a project."""

    name: str | None = Field(None, min_length=1, max_length=1000)
    classes: list[ClassGiven] | None = Field(None, min_length=1, max_length=MOST_CLASSES)


class Wanted(BaseModel):
    """How many classes a segmentation shall have."""

    classes: int = Field(ge=segmentation.FEWEST, le=segmentation.MOST)


class RenderAsked(BaseModel):
    """How the layout shall be rendered."""

    method: str = Field(DEFAULT_METHOD, max_length=40)
    preset: str = Field("fast", max_length=40)
    seed: int = Field(0, ge=0, le=LARGEST_SEED)
    files: dict[Use, Key] = {}


class FileTold(BaseModel):
    """A file that methods can be handed; ``received`` of its ``size`` bytes are here."""

    id: Key
    use: str
    name: str
    size: int
    received: int

    @classmethod
    def of(cls, file: ShelfFile) -> FileTold:
        """What the page is told of ``file``."""
        return cls(
            id=file.key, use=file.use, name=file.name, size=file.size, received=file.received
        )


class ProjectTold(BaseModel):
    """A project; positions of ``classes`` are what planes hold."""

    id: Key
    name: str
    created: str
    updated: str
    width: int
    height: int
    labelled: bool
    layout: Size | None
    classes: list[ClassTold]
    notes: list[str]

    @classmethod
    def of(cls, project: Project) -> ProjectTold:
        """What the page is told of ``project``."""
        facts = project.facts
        layout = facts.layout and Size(height=facts.layout[0], width=facts.layout[1])
        return cls(
            id=project.key,
            name=facts.name,
            created=facts.created,
            updated=facts.updated,
            height=facts.size[0],
            width=facts.size[1],
            labelled=project.labelled,
            layout=layout or None,
            classes=[
                ClassTold(name=entry.name, colour=hex_of(entry.colour), area=area)
                for entry, area in zip(facts.classes, facts.areas, strict=True)
            ],
            notes=list(facts.notes),
        )


class RenderTold(BaseModel):
    """A render and how far it is; see :class:`Job` and :class:`Standing`."""

    id: Key
    project: Key
    method: str
    preset: str
    seed: int
    state: State
    stage: str
    share: float | None
    left: float | None
    seconds: float | None
    error: str | None
    doubts: list[str]
    glimpse: int
    created: str
    width: int
    height: int
    traceable: bool
    files: list[str]

    @classmethod
    def of(cls, job: Job, standing: Standing) -> RenderTold:
        """What the page is told of ``job``."""
        return cls(
            id=job.key,
            project=job.project,
            method=job.method,
            preset=job.preset,
            seed=job.seed,
            state=job.state,
            stage=standing.stage,
            share=standing.share,
            left=standing.left,
            seconds=job.seconds,
            error=job.error,
            doubts=job.doubts.splitlines(),
            glimpse=standing.glimpse,
            created=job.created,
            width=job.width,
            height=job.height,
            traceable=job.traceable,
            files=job.files.splitlines(),
        )


class MethodTold(BaseModel):
    """A method that renders; ``default`` marks the one to begin with.

    ``uses`` says what it can be handed besides the pair, and what for.
    """

    name: str
    summary: str
    presets: list[str]
    traceable: bool
    default: bool
    uses: dict[str, str]

    @classmethod
    def of(cls, name: str, device: str) -> MethodTold:
        """What the page is told of the method ``name``."""
        method = find_method(name)
        return cls(
            name=name,
            summary=method.summary,
            presets=list(method.presets(device)),
            traceable=method.traceable,
            default=name == DEFAULT_METHOD,
            uses=uses_of(name),
        )


class ExampleTold(BaseModel):
    """A bundled example."""

    name: str
    title: str
    width: int
    height: int


class StatusTold(BaseModel):
    """What the server is busy with, and how full its folder is (bytes)."""

    running: Key | None
    waiting: int
    used: int
    quota: int
