"""Outputs that are one file in the end: the same name, a link, or a place in another's folder."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fitreel.model.errors import BadInput


@dataclass(frozen=True)
class Destination:
    """Where something that a job makes goes."""

    label: str
    """What messages call it: where it was asked for, and its name."""
    path: Path
    is_folder: bool = False
    """A folder of frames, which is replaced as a whole."""
    is_link: bool = False
    """Is replaced itself; of others that are links, what they point at is."""

    @cached_property
    def places(self) -> frozenset[Path]:
        """Its own place and the one that is written, absolute, with folders' links followed."""
        try:
            own = self.path.parent.resolve() / self.path.name
            return frozenset([own] if self.is_link else [own, self.path.resolve()])
        except (OSError, RuntimeError, ValueError):  # can't be: refused where it is looked at
            return frozenset([Path(os.path.abspath(self.path))])  # noqa: PTH100


def clashes(destinations: Sequence[Destination]) -> Iterator[tuple[Destination, Destination]]:
    """The pairs of which one would be lost, the one that comes first in front."""
    taken: dict[Path, Destination] = {}
    for one in destinations:
        for place in one.places:
            if taken.setdefault(place, one) is not one:
                yield taken[place], one
    folders = {place: one for one in destinations if one.is_folder for place in one.places}
    for one in destinations:
        for place in one.places:
            for above in place.parents:
                if above in folders and folders[above] is not one:
                    yield folders[above], one


def clash_of(one: Destination, other: Destination) -> BadInput:
    """The error that names both."""
    if one.is_folder and not one.places & other.places:
        return BadInput(
            f"{other.label}: lies in the folder of frames of {one.label}; give it another place"
        )
    return BadInput(
        f"{one.label} and {other.label} are one file in the end; give one of them another name"
    )


def check_apart(destinations: Sequence[Destination]) -> None:
    """Refuse outputs of which one would overwrite another.

    Raises:
        BadInput: the line names both.
    """
    for one, other in clashes(destinations):
        raise clash_of(one, other)
