"""Schema: what the study's page and server say to each other, as JSON."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=80)]
LONGEST_MILLISECONDS = 2**31 - 1


class Said(BaseModel):
    """What a page may say: known fields of the right type, nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Consent(Said):
    """A person has read the text and agrees."""

    consent: bool = Field(json_schema_extra={"const": True})

    @field_validator("consent")
    @classmethod
    def _agrees(cls, consent: bool) -> bool:
        if not consent:
            raise ValueError("taking part needs consent")
        return consent


class Ballot(Said):
    """One answered screen: the keys of its answers, best first."""

    trial: Word
    question: Word
    ranking: tuple[Word, ...] = Field(
        min_length=2, max_length=8, json_schema_extra={"uniqueItems": True}
    )
    milliseconds: int = Field(ge=0, le=LONGEST_MILLISECONDS)


class About(BaseModel):
    """What a person is told before they begin."""

    id: str
    title: str
    consent: str


class Joined(BaseModel):
    """The only thing that tells this person from others."""

    token: str


class Picture(BaseModel):
    """A picture and its size in pixels, so that a page can leave room for it."""

    image: str
    width: int
    height: int


class Candidate(Picture):
    """A picture to rank."""

    key: str


class Asked(BaseModel):
    """A question as the person reads it."""

    name: str
    text: str
    hint: str
    shown: Literal["source", "layout"]


class Screen(BaseModel):
    """One trial and one question about it; candidates are A, B, C, … in this order."""

    trial: str
    question: Asked
    reference: Picture
    legend: list[tuple[str, str]]
    candidates: list[Candidate]


class Screens(BaseModel):
    """What is left to answer, in order, and how far the person has come."""

    answered: int
    total: int
    screens: list[Screen]


class Kept(BaseModel):
    """The vote is safe on the disk; ``remaining`` screens are still open."""

    remaining: int
