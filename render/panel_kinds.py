"""The panels that there are: what draws each, what it needs, and why a job can't have it.

Imports nothing heavy: whether a job can have its panels is said before anything is trained.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from fitreel.model.errors import BadInput
from fitreel.model.settings import MOST_WEIGHTS_RECORDED, DataSettings, NetworkSettings

Need = Literal["truth", "hidden layers", "weights"]


@dataclass(frozen=True)
class PanelKind:
    """One panel that may stand beside the fit. Its title are the words of the key `panel_NAME`."""

    artist: str
    """The class in `single.panels` that draws it."""
    needs: tuple[Need, ...] = ()
    """What a record must have beside epochs, losses and predictions."""

    def refusal(self, data: DataSettings, network: NetworkSettings) -> str | None:
        """Why the record of such a training can't have this panel, in a sentence, or None."""
        reasons = (_REFUSALS[need](data, network) for need in self.needs)
        return next((reason for reason in reasons if reason is not None), None)


PANEL_KINDS = {
    "loss": PanelKind("LossCurve"),
    "residuals": PanelKind("Residuals"),
    "units": PanelKind("Units", ("hidden layers", "weights")),
    "error": PanelKind("Error", ("truth",)),
    "weights": PanelKind("Weights", ("weights",)),
    "gradients": PanelKind("Gradients", ("weights",)),
}
"""By the names that stand in jobs."""

NO_TRUTH = "these data have no noiseless function; train with data.function"
NO_HIDDEN_LAYERS = "a network without hidden layers has none"


def needs_weights(panels: Iterable[str]) -> bool:
    """Whether one of these panels shows more of a snapshot than its prediction."""
    return any("weights" in PANEL_KINDS[name].needs for name in panels)


def check_panels(panels: Iterable[str], data: DataSettings, network: NetworkSettings) -> None:
    """Refuse panels that a job can't have, before it is trained.

    Raises:
        BadInput: the line says which panel, why, and what to do.
    """
    for name in panels:
        if (reason := PANEL_KINDS[name].refusal(data, network)) is not None:
            raise BadInput(f"film.panels: {name}: {reason}")


def no_weights(parameters: int) -> str:
    """Why the record of a network with so many parameters has no weights."""
    return (
        f"the record of a network with {parameters:,} parameters has no weights; train one of up "
        f"to {MOST_WEIGHTS_RECORDED:,} (network.hidden)"
    )


def _without_truth(data: DataSettings, network: NetworkSettings) -> str | None:
    return None if data.file is None else NO_TRUTH


def _without_hidden_layers(data: DataSettings, network: NetworkSettings) -> str | None:
    return NO_HIDDEN_LAYERS if network.module is None and not network.hidden else None


def _without_weights(data: DataSettings, network: NetworkSettings) -> str | None:
    # numpy is imported only where such a panel is asked for.
    from fitreel.render.network.recorded_network import why_unknown

    reason = why_unknown(network)
    if reason is None and network.parameter_count > MOST_WEIGHTS_RECORDED:
        reason = no_weights(network.parameter_count)
    return reason


_REFUSALS: dict[Need, Callable[[DataSettings, NetworkSettings], str | None]] = {
    "truth": _without_truth,
    "hidden layers": _without_hidden_layers,
    "weights": _without_weights,
}
