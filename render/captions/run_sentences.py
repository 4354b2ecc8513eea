"""How a film of one run begins and ends, in words, from the numbers alone."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.captions.caption import Caption
from fitreel.render.captions.phases.claims import OVERFITTED
from fitreel.render.captions.phases.lower_bounds import FIRST_POWER, quotients
from fitreel.render.captions.phases.yardsticks import Yardsticks, loss_name_of
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.translations import Translation

MOST_GAPS = 200
"""Points up to which a picture shows how far each is from the network."""
FLAT, STRAIGHT = 0.08, 0.06
"""In parts of the data's range: what a curve moves, and how far it is from its own line."""
HARDLY = 1.1
"""A loss that is so many times lower, or higher, has hardly changed."""


def capitalized(sentence: str) -> str:
    """A sentence with a capital at its start; a δ there stays what it is."""
    return sentence if sentence.startswith("δ") else sentence[:1].upper() + sentence[1:]


def start_sentence(run: Record, first: Snapshot, words: Translation) -> str:
    """What is seen at the start, and what the loss is, as far as both are known; else ""."""
    sentences = list(_start_sentences(run, first, words))
    if len(sentences) < 2:
        return "".join(sentences)
    return words.text("caption_two", first=sentences[0], second=sentences[1])


def _start_sentences(run: Record, first: Snapshot, words: Translation) -> Iterator[str]:
    is_curve = run.header.is_curve and first.has_prediction
    shape = shape_of(run.prediction_x, first.prediction, run.y) if is_curve else ""
    if run.header.grid_shape and run.header.predicted_columns == 1 and first.has_prediction:
        shape = _surface_of(first.prediction, run.y)
    if shape:
        # What a program begins with may have been trained before.
        is_untrained = first.epoch == 0 and run.header.recorder == "job"
        key = "caption_untrained" if is_untrained else "caption_begins"
        yield words.text(key, shape=words.text(f"caption_shape_{shape}"))
    kind = loss_name_of(run)[0]
    is_seen = is_curve and run.header.recorder == "job" and not run.loss_is_scaled
    if is_seen and len(run.x) <= MOST_GAPS and kind in ("mse", "rmse", "mae"):
        yield words.text(f"caption_loss_{kind}")


def shape_of(x: NDArray[Any], prediction: NDArray[Any], y: NDArray[Any]) -> str:
    """Whether a curve looks "flat", "straight" or like a "curve"; "" where that can't be said.

    Args:
        x: shape (M,).
        prediction: shape (M,).
        y: shape (N,): the data, whose range is the measure.
    """
    at, curve = np.asarray(x, np.float64), np.asarray(prediction, np.float64)
    span = float(np.ptp(y)) if len(y) else 0.0
    if not (len(curve) > 1 and math.isfinite(span) and span > 0 and np.isfinite(curve).all()):
        return ""
    if np.ptp(curve) < FLAT * span:
        return "flat"
    if not np.ptp(at) > 0:
        return ""
    at = (at - at.mean()) / np.ptp(at)
    away = curve - curve.mean() - at * (at @ curve) / (at @ at)
    return "straight" if np.abs(away).max() < STRAIGHT * span else "curve"


def _surface_of(prediction: NDArray[Any], y: NDArray[Any]) -> str:
    """Whether a field looks "level"; "" where that can't be said."""
    span = float(np.ptp(y)) if len(y) else 0.0
    if not (math.isfinite(span) and span > 0 and np.isfinite(prediction).all()):
        return ""
    return "level" if np.ptp(prediction) < FLAT * span else "surface"


def end_caption(
    run: Record, losses: NDArray[np.float64], sticks: Yardsticks | None, form: LossFormat
) -> Caption:
    """What came of a run, in at most 50 letters; nothing where nothing can be said.

    Args:
        run: the record.
        losses: shape (S,): of its snapshots, S ≥ 1.
        sticks: what they are measured against, the noise only where it is in the picture.
        form: how losses are written.
    """
    words = form.words
    if run.ending == "diverged":
        epoch = int(run.epochs[-1]) if run.ending_epoch is None else run.ending_epoch
        return Caption(words.text("caption_end_diverged", epoch=epoch), is_warning=True)
    change = change_clause(losses, form)
    if run.ending == "delta":
        epoch = int(run.epochs[-1]) if run.ending_epoch is None else run.ending_epoch
        reached = words.text("delta_reached", epoch=str(epoch))
        key = "caption_end_delta" if change else "caption_end_plain"
        return Caption(capitalized(words.text(key, ending=reached, change=change)))
    if not change:
        return Caption(_end_withoutchange_clause(losses, words))
    key = end_key(float(losses[-1]), sticks)
    return Caption(capitalized(words.text(key, change=change)))


def end_key(last: float, sticks: Yardsticks | None) -> str:
    """The words of an end at a loss of `last`: as low as the noise, under it, or neither."""
    if sticks is None or sticks.noise is None or last > sticks.noise_reached:
        return "caption_end"
    is_overfitted = last < OVERFITTED * sticks.noise
    return "caption_end_overfit" if is_overfitted else "caption_end_noise"


def change_clause(losses: NDArray[np.float64], form: LossFormat) -> str:
    """How much lower the last loss is than the first, by the numbers that are read; "" if not."""
    ratio = lower_ratio(losses, form)
    if not HARDLY <= ratio < math.inf:
        return ""
    if ratio < 2:
        return form.words.text("caption_lower_percent", percent=math.floor(100 * (1 - 1 / ratio)))
    return form.words.text("caption_lower_times", factor=_rounded(ratio, form.words))


def lower_ratio(losses: NDArray[np.float64], form: LossFormat) -> float:
    """How many times lower than the first the last loss is; nan where that means nothing."""
    finite = losses[np.isfinite(losses)]
    if not len(finite) or not finite[0] > 0 or not losses[-1] >= 0:
        return math.nan
    return float(quotients(float(finite[0]), losses[-1:], form)[0])


def _rounded(ratio: float, words: Translation) -> str:
    """A ratio with two digits; a very large one as the power of ten below it."""
    if ratio >= FIRST_POWER:
        return words.power_of_ten(math.floor(math.log10(ratio)))
    value = float(f"{ratio:.1e}")
    return words.integer(int(value)) if value == int(value) else words.number(value, 1)


def _end_withoutchange_clause(losses: NDArray[np.float64], words: Translation) -> str:
    """Where a loss isn't lower by so and so much."""
    finite = losses[np.isfinite(losses)]
    first, last = (float(finite[0]), float(losses[-1])) if len(finite) else (math.nan, math.nan)
    if len(losses) < 2 or not math.isfinite(last):
        return ""
    if last == 0 and first > 0:
        return words.text("caption_end_zero")
    if last == first or (first > 0 and 1 / HARDLY < last / first < HARDLY):
        return words.text("caption_end_same")
    return words.text("caption_end_lower" if last < first else "caption_end_higher")
