"""What films are made of, one run or a comparison: how many frames it has, and how it is drawn."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.jobs.films.style_files import NO_FILES, StyleFiles
from fitreel.jobs.job.job import Job, dump_job
from fitreel.model.errors import BadInput
from fitreel.model.version import own_version
from fitreel.render.frame import DrawnFrame, FrameSelection
from fitreel.render.metadata.provenance import Chapter
from fitreel.render.output.output import Output
from fitreel.render.picture_settings import PictureSettings


@dataclass(frozen=True)
class Subject(ABC):
    """What films are made of; `SingleRun` or `Comparison`."""

    job: Job
    """Its film and compare tables count."""
    files: StyleFiles = NO_FILES
    """That its style is taken from."""

    @property
    def picture(self) -> PictureSettings:
        """What decides its pictures, files where they lie."""
        return self.files.for_drawing(self.job.film.picture)

    @property
    @abstractmethod
    def frame_count(self) -> int:
        """How many frames a film of it has.

        Raises:
            BadInput: there is nothing to draw, or a pace or a duration that can't be kept.
        """

    @abstractmethod
    def frames(self, selection: FrameSelection) -> Generator[DrawnFrame, None, None]:
        """Begin to draw these of its frames."""

    def chapters(self) -> Sequence[Chapter]:
        """Named stretches of a film."""
        return ()

    def remarks(self) -> Iterable[str]:
        """What somebody should know of what is asked for and can't be seen, a line each."""
        return ()

    def left_out(self) -> Sequence[str]:
        """Settings of its pictures for which they have no room, by their keys in [film]."""
        return ()

    def describe(self, output: Output) -> Output:
        """The output with which frame a still shows, and how it is made.

        Raises:
            BadInput: a still of an epoch that isn't there.
        """
        if output.is_still and output.at is not None:
            output = replace(output, at=self.epoch_shown(output, output.at))
        number = self.still_number(output) if output.is_still else None
        provenance = {
            "fitreel": own_version(),
            **self.origin(),
            "runs": self.run_facts(),
            "film": self.film_facts(number),
        }
        return replace(output, number=number, provenance=provenance)

    def origin(self) -> dict[str, Any]:
        """What a film says of where it comes from."""
        return {"job": dump_job(self.job)}

    @abstractmethod
    def epoch_shown(self, output: Output, at: int) -> int:
        """The epoch that a still shows of which `at` is asked for.

        Raises:
            BadInput: it has no snapshot, and no other will do; the line names the nearest.
        """

    @abstractmethod
    def still_number(self, output: Output) -> int:
        """Which frame a still shows, whose epoch has a snapshot."""

    @abstractmethod
    def run_facts(self) -> list[dict[str, Any]]:
        """Which records it is made of."""

    @abstractmethod
    def film_facts(self, number: int | None) -> dict[str, Any]:
        """What decides the pictures of a film, or of the still of a frame."""

    def sidecar(self, output: Output) -> bytes:
        """The content of subtitles or of a page that goes with its film."""
        raise NotImplementedError(output.path)

    def table(self, ending: str) -> tuple[bytes, int]:
        """The content of a table of its ranking, and how many rows it has."""
        raise NotImplementedError(ending)


def epoch_of(
    epochs: NDArray[np.int64], at: int, where: str, *, takes_nearest: bool, advice: str = ""
) -> int:
    """The epoch that a still shows.

    Args:
        epochs: those that have snapshots, increasing, at least one.
        at: the one that is asked for.
        where: what the error begins with.
        takes_nearest: whether another one will do.
        advice: stands at the error's end.

    Raises:
        BadInput: it has no snapshot; the line names the nearest that has.
    """
    inside = min(max(at, int(epochs[0])), int(epochs[-1]))  # any number may be asked for
    nearest = int(epochs[np.argmin(np.abs(epochs - inside))])
    if nearest != at and not takes_nearest:
        raise BadInput(
            f"{where}: epoch {at} has no snapshot; the nearest is epoch {nearest}, "
            f"which --nearest takes{advice}"
        )
    return nearest
