"""What a job says of its film's look. Without pydantic: the process that draws starts sooner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Protocol

PANELS_OF_WEIGHTS = {"units", "weights", "gradients"}
"""Panels that show more of a snapshot than its prediction."""


class Appearance(Protocol):
    """What decides the pictures of a run; see `FilmSettings`, which has it, for each one."""

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height in pixels, even."""

    @property
    def is_demo(self) -> bool:
        """Whether the picture is the demo's own, with nothing added."""

    @property
    def truth(self) -> bool:
        """Whether the noiseless function is drawn, too."""

    @property
    def theme(self) -> str:
        """A built-in theme, or a file."""

    @property
    def panels(self) -> Sequence[str]:
        """What stands beside the fit."""

    @property
    def title(self) -> str | None:
        """Over the film."""

    @property
    def subtitle(self) -> str | None:
        """Under the title."""

    @property
    def caption(self) -> str | None:
        """At the foot."""

    @property
    def language(self) -> str:
        """Of the words."""

    @property
    def words(self) -> Mapping[str, str]:
        """In place of the language's own."""

    @property
    def font(self) -> str | None:
        """A name or a file."""

    @property
    def transparent(self) -> bool:
        """Whether there is no background."""


@dataclass(frozen=True)
class PlainAppearance:
    """An `Appearance` that is nothing else, to be handed to another process."""

    pixels: tuple[int, int]
    is_demo: bool
    truth: bool
    theme: str
    panels: Sequence[str]
    title: str | None
    subtitle: str | None
    caption: str | None
    language: str
    words: Mapping[str, str]
    font: str | None
    transparent: bool

    @classmethod
    def of(cls, settings: Appearance) -> "PlainAppearance":
        """The part of `settings` that decides the pictures."""
        return cls(**{field.name: getattr(settings, field.name) for field in fields(cls)})
