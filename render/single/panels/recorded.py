"""What panels need of a record: snapshots from all of the film, the network for a look inside."""

from collections.abc import Sequence

import numpy as np

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.network.recorded_network import Network
from fitreel.render.panel_kinds import needs_weights, no_weights
from fitreel.render.shown_snapshots import shown_snapshots

LOOKED_AT = 40
"""So many snapshots, evenly spaced, decide the limits of panels."""


def samples_of(run: Record, panels: Sequence[str]) -> list[Snapshot]:
    """Snapshots from all of the film for panels; where these need none, the first."""
    # Over two inputs the error's limits are the first snapshot's.
    looks_inside = needs_weights(panels) or ("error" in panels and len(run.header.inputs) == 1)
    count = LOOKED_AT if looks_inside else 1
    # What a divergence ended on says nothing of what came before.
    last = run.closing if run.ending == "diverged" and run.closing else len(run)
    indices = np.unique(np.linspace(0, last - 1, count).round().astype(int)).tolist()
    return list(shown_snapshots(run, indices, weights=needs_weights(panels)))


def network_of(run: Record, samples: Sequence[Snapshot], name: str) -> Network:
    """The recorded network, whose weights are there.

    Raises:
        BadInput: they aren't, or the network's structure isn't known; the line names the panel.
    """
    if any(snapshot.weights is None for snapshot in samples):
        raise BadInput(f"film.panels: {name}: {no_weights(run.header.parameters)}")
    try:
        return Network(run.header)
    except BadInput as error:
        raise BadInput(f"film.panels: {name}: {error}") from None
