"""Subtitles: what happens in a film, in words, for those who can't see it.

They are made of the numbers of the record alone. The files say nothing of their making (SRT has no
syntax for it): they are made in no time, and are up to date when they are the same.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fitreel.render.captions.events import Event, events
from fitreel.render.captions.line_breaks import pages_of
from fitreel.render.captions.subtitle_formats import Cue
from fitreel.render.text.translations import Translation
from fitreel.render.timing.timeline import Timeline

LONGEST = 7.0
"""Seconds that a cue stays at most."""
READ = 1.8
"""Seconds that a cue stays at least, where the film is long enough."""
APART = 2.0
"""Seconds that events are apart at least, so that each can be read; others make room."""
EVERY = 5.0
"""Seconds after which, about, something is said when nothing happens."""
FLAT = 0.05
"""A curve that moves less than this part of the data's range is flat."""


Predictions = Callable[[Sequence[int]], Iterable[NDArray[Any]]]
"""Gives the predictions, shape (M,), of these snapshots, in their order."""


class Described(Protocol):
    """What is said of predictions."""

    @property
    def is_scaled(self) -> bool:
        """Whether the loss is of values that are scaled for the network."""

    def shape(self, prediction: NDArray[Any], words: Translation) -> list[str]:
        """How a prediction looks, in a sentence or none."""

    def distance(self, prediction: NDArray[Any], words: Translation) -> list[str]:
        """How far it is from what it should be, in a sentence or none."""


@dataclass(frozen=True)
class Reference:
    """The points of a run, and what its predictions are compared with."""

    x: NDArray[np.float32]
    """Shape (N,): where the data are."""
    y: NDArray[np.float32]
    """Shape (N,)."""
    prediction_x: NDArray[np.float32]
    """Shape (M,): where the predictions are."""
    truth: NDArray[np.float32] | None = None
    """Shape (M,): the noiseless function there."""
    is_scaled: bool = False
    """As `Described`."""

    def shape(self, prediction: NDArray[Any], words: Translation) -> list[str]:
        """As `Described`."""
        return [_shape(np.ravel(prediction), self, words)]

    def distance(self, prediction: NDArray[Any], words: Translation) -> list[str]:
        """As `Described`."""
        return _farthest(np.ravel(prediction), self, words)


class _CuePoint(NamedTuple):
    """Something to say, from a frame on."""

    frame: int
    kind: str
    snapshot: int
    event: Event | None


def cues(
    epochs: NDArray[np.int64],
    losses: ArrayLike,
    predictions: Predictions,
    reference: Described,
    ending: str | None,
    ending_epoch: int | None,
    timeline: Timeline,
    words: Translation,
) -> Iterator[Cue]:
    """The subtitles of a film, in the order of time, none over another.

    One says how the curve looks at the start; then every event is told, and every few seconds the
    epoch, the loss, how it changed, and where the curve is farthest from the truth (or from the
    data where there is none).

    Args:
        epochs: of the n snapshots, shape (n,), n ≥ 1.
        losses: shape (n,).
        predictions: called once, with the snapshots that are spoken of.
        reference: what the curve is compared with.
        ending: "complete", "delta", "diverged" or None.
        ending_epoch: the epoch that reached δ or diverged.
        timeline: the film's.
        words: in the film's language.
    """
    values = np.asarray(losses, np.float64)
    cue_points = _cue_points(events(epochs, values, ending, ending_epoch), timeline)
    curves = predictions([cue_point.snapshot for cue_point in cue_points])
    ends = [*(cue_point.frame for cue_point in cue_points[1:]), len(timeline)]
    before = math.nan
    for cue_point, end, curve in zip(cue_points, ends, curves, strict=True):
        loss = float(values[cue_point.snapshot])
        sentences = _sentences(
            cue_point,
            int(epochs[cue_point.snapshot]),
            loss,
            before,
            curve,
            reference,
            words,
        )
        yield from _paged(pages_of(sentences), cue_point.frame, end, timeline)
        before = loss


def _cue_points(events: Sequence[Event], timeline: Timeline) -> list[_CuePoint]:
    """When something is said: events that can be read, and in between how things stand."""
    count = len(timeline)
    apart = math.ceil(APART * timeline.fps)
    cue_points = [_CuePoint(0, "start", int(timeline.indices[0]), events[0])]
    last = events[-1]
    at = min(timeline.first_frame_of(last.index), count - apart)
    if at >= apart:
        cue_points.append(_CuePoint(at, last.kind, last.index, last))
    elif count > 1 or last.kind != "end":
        # Too short to say two things: one says where it all goes.
        cue_points[0] = _CuePoint(0, last.kind, last.index, last)
    # Those deeper down matter more: they are what the run came to.
    for event in reversed(events[1:-1]):
        frame = _free(timeline.first_frame_of(event.index), apart, cue_points, count)
        if frame is not None:
            index = max(int(timeline.indices[frame]), event.index)
            cue_points.append(_CuePoint(frame, "loss", index, event))
    cue_points.sort()
    return list(_filled(cue_points, timeline))


def _free(target: int, apart: int, cue_points: Sequence[_CuePoint], count: int) -> int | None:
    """The first frame from `wanted` on, not much later, that is far from all others."""
    frame = target
    for cue_point in sorted(cue_points):
        if abs(cue_point.frame - frame) < apart:
            frame = cue_point.frame + apart
    is_free = all(abs(cue_point.frame - frame) >= apart for cue_point in cue_points)
    return frame if is_free and frame - target <= apart and frame + apart <= count else None


def _filled(cue_points: Sequence[_CuePoint], timeline: Timeline) -> Iterator[_CuePoint]:
    """Between cue points that are far apart, more of them."""
    ends = [*(cue_point.frame for cue_point in cue_points[1:]), len(timeline)]
    for cue_point, end in zip(cue_points, ends, strict=True):
        yield cue_point
        before = cue_point.snapshot  # of a hold all is said
        gap = end - cue_point.frame
        parts = max(round(gap / (EVERY * timeline.fps)), math.ceil(gap / (LONGEST * timeline.fps)))
        for part in range(1, parts):
            frame = cue_point.frame + gap * part // parts
            index = int(timeline.indices[frame])
            if index != before:
                yield _CuePoint(frame, "status", index, None)
            before = index


def _sentences(
    cue_point: _CuePoint,
    epoch: int,
    loss: float,
    before: float,
    curve: NDArray[Any],
    reference: Described,
    words: Translation,
) -> list[str]:
    """The sentences of a cue point, the most important first."""
    event = cue_point.event
    if event is None:
        change = _change(loss, before)
        return [
            words.text(f"said_{change}", epoch=epoch, loss=loss, before=before),
            *reference.distance(curve, words),
        ]
    if event.kind == "start":
        return [
            words.text("said_start"),
            *([words.text("said_scaled")] if reference.is_scaled else []),
            *reference.shape(curve, words),
            words.text("said_status", epoch=epoch, loss=loss),
        ]
    if event.decade is not None:
        sentence = words.text("said_loss", epoch=event.epoch, loss=words.power_of_ten(event.decade))
        return [sentence, *reference.distance(curve, words)]
    return [
        words.text(f"said_{event.kind}", epoch=event.epoch, loss=loss),
        *reference.shape(curve, words),
        *reference.distance(curve, words),
    ]


def _change(loss: float, before: float) -> str:
    if not (math.isfinite(loss) and math.isfinite(before)):
        return "status"
    if math.isclose(loss, before, rel_tol=0.005):
        return "same"
    return "down" if loss < before else "up"


def _shape(curve: NDArray[Any], reference: Reference, words: Translation) -> str:
    """How a curve looks, in one sentence."""
    order = np.argsort(reference.prediction_x, kind="stable")
    values = curve[order].astype(np.float64)
    values = values[np.isfinite(values)]
    if not len(values):
        return words.text("curve_gone")
    reach = _reach(reference.y)
    turns = _turning_values(values, FLAT * max(reach, 1e-30))
    first, last = float(values[0]), float(values[-1])
    if len(turns) == 1:
        return words.text("curve_flat", value=float(np.median(values)))
    if len(turns) == 2:
        kind = "curve_rises" if turns[1] > turns[0] else "curve_falls"
        return words.text(kind, first=first, last=last)
    if len(turns) == 3:
        kind = "curve_hill" if turns[1] > turns[0] else "curve_valley"
        return words.text(kind, value=turns[1])
    return words.text("curve_waves", count=len(turns) - 2)


def _reach(y: NDArray[Any]) -> float:
    finite = y[np.isfinite(y)].astype(np.float64)
    return float(finite.max() - finite.min()) if len(finite) else 0.0


def _turning_values(values: NDArray[np.float64], least: float) -> list[float]:
    """The first value, those where the curve turns, and the last extreme one.

    What moves by less than `least` is no turn; a curve that moves nowhere has one value.
    """
    turns = [float(values[0])]
    low = high = turns[0]  # since the last turn
    rising: bool | None = None
    for value in values.tolist():
        if rising is not False and high - value >= least:
            turns += [high] if rising else []
            rising, low, high = False, value, value
        elif rising is not True and value - low >= least:
            turns += [] if rising is None else [low]
            rising, low, high = True, value, value
        low, high = min(low, value), max(high, value)
    return turns if rising is None else [*turns, high if rising else low]


def _farthest(curve: NDArray[Any], reference: Reference, words: Translation) -> list[str]:
    """How far the curve is from the truth, or else from the data, at most, and where."""
    if reference.truth is not None:
        at, target, there = reference.prediction_x, reference.truth, curve
    else:
        at, target = reference.x, reference.y
        there = curve
        if len(curve) != len(at) or not np.array_equal(reference.prediction_x, at):
            order = np.argsort(reference.prediction_x, kind="stable")
            there = np.interp(at, reference.prediction_x[order], curve[order])
    away = np.abs(there.astype(np.float64) - target.astype(np.float64))
    if not np.isfinite(away).any():
        return []
    worst = int(np.argmax(np.where(np.isfinite(away), away, -1.0)))
    key = "far_data" if reference.truth is None else "far_truth"
    return [words.text(key, distance=float(away[worst]), x=float(at[worst]))]


def _paged(pages: Sequence[str], start: int, end: int, timeline: Timeline) -> Iterator[Cue]:
    """As many pages as can be read, one after another, from frame `start` to frame `end`."""
    count = max(1, min(len(pages), end - start, int((end - start) / (READ * timeline.fps))))
    # What stays on screen for longer than can be talked over is seen in silence.
    frames = min(end - start, count * max(math.floor(LONGEST * timeline.fps), 1))
    for number, page in enumerate(pages[:count]):
        first, beyond = (start + frames * each // count for each in (number, number + 1))
        yield Cue(timeline.second_of(first), timeline.second_of(beyond), page)
