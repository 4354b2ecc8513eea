"""The panels that there are: what draws each, what it needs, and why a job can't have it.

Imports nothing heavy: whether a job can have its panels is said before anything is trained.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fitreel.model.errors import BadInput
from fitreel.model.settings import MOST_WEIGHTS_RECORDED, DataSettings, NetworkSettings

if TYPE_CHECKING:
    from fitreel.model.record.reader import Record

Need = Literal["losses", "curve", "places", "truth", "hidden layers", "weights", "metrics"]


@dataclass(frozen=True)
class PanelKind:
    """One panel that may stand beside the fit. Its title are the words of the key `panel_NAME`."""

    needs: tuple[Need, ...] = ()
    """What a record must have beside epochs, losses and predictions."""
    views: tuple[str, ...] = ("fit",)
    """Beside which views it stands; loss and metrics beside all."""

    def refusal(self, data: DataSettings, network: NetworkSettings) -> str | None:
        """Why the record of such a training can't have this panel, in a sentence, or None."""
        reasons = (_REFUSALS[need](data, network) for need in self.needs)
        return next((reason for reason in reasons if reason is not None), None)


WITH_POINTS = (
    "fit", "field", "regions", "picture", "curves", "plane", "scatter", "confusion", "slices",
)  # fmt: skip
"""Views that show predictions."""
PANEL_KINDS = {
    "loss": PanelKind(("losses",)),
    "metrics": PanelKind(("metrics",)),
    "residuals": PanelKind(("curve",)),
    "units": PanelKind(
        ("places", "hidden layers", "weights"), ("fit", "field", "regions", "picture")
    ),
    "error": PanelKind(("places", "truth"), ("fit", "field", "curves")),
    "weights": PanelKind(("weights",), WITH_POINTS),
    "gradients": PanelKind(("weights",)),
}
"""By the names that stand in jobs; `single.panels.draw_panels` says what draws each."""

NO_TRUTH = "these data have no noiseless function; train with data.function"
NO_METRICS = "this record has none; a Recorder keeps them: rec.log(step, loss, val_loss=…)"
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


def check_recorded_panels(panels: Iterable[str], run: "Record") -> None:
    """Refuse panels that what a program recorded can't have.

    Raises:
        BadInput: the line says which panel, why, and what to do.
    """
    lacking: dict[Need, str] = {
        "weights": "a program's record has no weights",
        "hidden layers": "a program's record has no weights",
    }
    if not run.header.is_curve:
        lacking["curve"] = "of records of one input and one output"
    if not (run.header.is_curve or run.header.grid_shape):
        lacking["places"] = "of records of one input and one output, or of a grid of two inputs"
    if run.truth is None:
        lacking["truth"] = "no truth is recorded; give it: Recorder(path, x, y, truth=…)"
    if not _has_losses(run):
        lacking["losses"] = "this record has none; give it: rec.log(step, loss)"
    if not run.metrics:
        lacking["metrics"] = NO_METRICS
    for name in panels:
        for need in PANEL_KINDS[name].needs:
            if need in lacking:
                raise BadInput(f"film.panels: {name}: {lacking[need]}")


def panels_without_curve(panels: tuple[str, ...], run: "Record") -> tuple[str, ...]:
    """The panels of a record that has no curve to stand beside: those asked for, or its numbers.

    Raises:
        BadInput: it has none.
    """
    own = ("loss",) * _has_losses(run) + ("metrics",) * bool(run.metrics)
    if not panels and not own:
        raise BadInput(f"{run.path}: neither a loss nor a metric is recorded: nothing to draw")
    return panels or own


def _has_losses(run: "Record") -> bool:
    # numpy is imported only where something is drawn.
    from fitreel.render.shown_snapshots import has_losses

    return has_losses(run)


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
    "losses": lambda data, network: None,
    "curve": lambda data, network: None,
    "places": lambda data, network: None,
    "truth": _without_truth,
    "hidden layers": _without_hidden_layers,
    "weights": _without_weights,
    "metrics": lambda data, network: None,  # which the shape of the data decides
}
