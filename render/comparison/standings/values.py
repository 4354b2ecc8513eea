"""What is written of a configuration's loss: a number, or how the training ended."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fitreel.render.comparison.standings.contenders import Contender
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.translations import Translation


class Value(NamedTuple):
    """A loss as it stands in a head or a table."""

    spellings: Sequence[str]
    """From the longest to the shortest; the first that fits is taken."""
    is_warning: bool = False


def value_of(
    contender: Contender, state: ComparisonState, numbers: LossFormat, words: Translation
) -> Value:
    """What a frame says of a configuration's loss."""
    if not contender.runs:
        return Value([words.text("failed")], True)
    loss = contender.loss_now(state)
    is_over = contender.has_ended(state)
    if contender.has_diverged and is_over:
        run = contender.runs[0]
        long = words.text("diverged_short", epoch=str(run.ending_epoch))
        return Value([long, words.text("chapter_diverged").lower()], True)
    if loss is None:
        return Value([words.text("unfinished") if is_over else ""])
    number = numbers.write(loss)
    spellings = [number]
    if contender.is_noisy:
        spellings.insert(0, words.text("value_median", loss=number))
    if is_over and not contender.is_group:
        if contender.runs[0].ending == "delta":
            epoch = str(contender.runs[0].ending_epoch)
            spellings.insert(0, f"{words.text('delta_reached_short', epoch=epoch)}: {number}")
        elif contender.runs[0].ending not in ("complete", "diverged"):
            spellings.insert(0, f"{number}, {words.text('unfinished')}")
    return Value(spellings, not math.isfinite(loss))


def widest_values(contender: Contender, numbers: LossFormat, words: Translation) -> list[str]:
    """The shortest spellings of its loss, among which the widest of the film is."""
    if not contender.runs:
        return [words.text("failed")]
    finite = contender.losses[np.isfinite(contender.losses)]
    edges = (finite.min(), finite.max()) if len(finite) else ()
    texts = [numbers.write(float(edge)) for edge in edges]
    return [*texts, words.text("chapter_diverged").lower()] if contender.has_diverged else texts


def failure_text(contender: Contender, words: Translation) -> str:
    """Why there is nothing to draw of it."""
    reason = next((entry.failure for entry in contender.members if entry.failure), "")
    return words.text("failed_because", reason=reason) if reason else words.text("failed")
