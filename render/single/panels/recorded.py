"""The network in a record, as the panels need it that look inside."""

from collections.abc import Sequence

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.network.recorded_network import Network
from fitreel.render.panel_kinds import no_weights


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
