"""What fields of numbers and regions of classes share: samples, quiet words."""

from collections.abc import Sequence

import numpy as np

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.panel_kinds import needs_weights
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.scaled_loss import unscaled_loss
from fitreel.render.text.translations import Translation

LOOKED_AT = 40
"""So many snapshots, evenly spaced, decide the limits of panels."""
BETWEEN = " · "


def samples_of(run: Record, panels: Sequence[str]) -> list[Snapshot]:
    """Snapshots from all of the film for panels; where these need none, the first."""
    count = LOOKED_AT if needs_weights(panels) else 1
    # What a divergence ended on says nothing of what came before.
    last = run.closing if run.ending == "diverged" and run.closing else len(run)
    indices = np.unique(np.linspace(0, last - 1, count).round().astype(int)).tolist()
    return list(shown_snapshots(run, indices, weights=needs_weights(panels)))


def last_prediction(run: Record) -> Snapshot:
    """The last snapshot that is shown."""
    return next(shown_snapshots(run, [len(run) - 1]))


def remark_of(run: Record, state: RunState, words: Translation) -> str:
    """The quiet words of a frame."""
    remarks = [unscaled_loss(run, state.snapshot.loss, words)]
    if state.is_interpolated:
        remarks.append(words.text("interpolated"))
    return BETWEEN.join(filter(None, remarks))


def longest_remark(run: Record, words: Translation) -> str:
    """Of all frames, about."""
    losses = [unscaled_loss(run, float(loss), words) for loss in (*run.losses[:1], 1e9)]
    return BETWEEN.join(filter(None, (max(losses, key=len), words.text("interpolated"))))
