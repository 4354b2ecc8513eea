"""Losses that stand side by side, where some or all are of values that are scaled."""

from collections.abc import Sequence
from dataclasses import replace

from fitreel.render.comparison_picture import Entry

SCALED = "losses are of scaled values"
UNSCALED = "losses are in the data's own units"
DIFFERENT = "losses are of values that are scaled differently: they can't be compared"


def comparable(entries: Sequence[Entry]) -> tuple[list[Entry], str]:
    """The entries, with losses that can be compared if possible, and what is to be said of them.

    Where all outputs are scaled alike their losses are as they are recorded; else they are taken
    back into the data's own units, which goes with mse, rmse and mae.
    """
    runs = [entry.run for entry in entries if entry.run is not None]
    if not any(run.loss_is_scaled for run in runs):
        return list(entries), ""
    if len({tuple(column.scale for column in run.header.outputs) for run in runs}) == 1:
        return list(entries), SCALED
    if any(run.own_loss_factor is None for run in runs):
        return list(entries), DIFFERENT
    return [
        entry if entry.run is None else replace(entry, run=entry.run.in_own_units())
        for entry in entries
    ], UNSCALED
