"""What decides the pictures of a comparison: which runs stand side by side, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fitreel.model.record.reader import Record
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.timing.comparison_timetable import Clock
from fitreel.render.view import ViewName

Layout = Literal["auto", "grid", "overlay"]


@dataclass(frozen=True)
class Entry:
    """One configuration of a comparison."""

    label: str
    """Says only what differs from the others, as "lr 0.05, Adam"."""
    run: Record | None
    """Its record; None before it is trained, and where training failed."""
    failure: str = ""
    """Why there is no run, in one line."""
    group: str = ""
    """What is the same in its group, as "lr 0.05"; "" where there are no groups."""


@dataclass(frozen=True)
class ComparisonPicture:
    """All that decides the pictures of a comparison."""

    entries: Sequence[Entry]
    """At least one with a run, once it is drawn."""
    picture: PictureSettings
    """Of which it has the size and the theme; `pixels` are those of the whole clip."""
    layout: Layout = "auto"
    """A cell of a grid each, or all lines in one; auto: by their number."""
    clock: Clock = "epoch"
    loss_panel: bool = True
    """Whether all loss curves stand beside the entries."""
    ranking: bool = False
    """Whether it ends with the ranking as a table."""
    note: str = ""
    """A line under the ranking."""
    view: ViewName = "fit"
    """What a cell of a grid shows of each; all have the same. numbers: there are no cells, but an
    overlay of the losses."""
