"""What all losses of a comparison are written and measured by. No matplotlib."""

from collections.abc import Sequence

import numpy as np

from fitreel.render.captions.phases.yardsticks import loss_name_of, yardsticks_of
from fitreel.render.comparison.standings.contenders import Contender
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.translations import Translation


def loss_format_of(contenders: Sequence[Contender], words: Translation) -> LossFormat:
    """The digits of all losses; what a run says that diverged has digits of its own."""
    losses = [each.losses for each in contenders if not each.has_diverged]
    losses = losses or [each.losses for each in contenders]
    return LossFormat.of(np.concatenate([np.empty(0), *losses]), words)


def noise_of(contenders: Sequence[Contender]) -> float | None:
    """The true function's own loss; None where it isn't known, or not one for all."""
    runs = [run for each in contenders for run in each.runs]
    if not runs or len({run.points_digest for run in runs}) != 1:
        return None
    if len({(str(loss_name_of(run)), run.loss_is_scaled) for run in runs}) != 1:
        return None
    sticks = yardsticks_of(runs[0])
    return None if sticks is None else sticks.noise
