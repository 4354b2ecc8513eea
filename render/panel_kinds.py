"""The panels that there are: what draws each, what it needs, and why a job can't have it.

Imports nothing heavy: whether a job can have its panels is said before anything is trained.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fitreel.model.errors import BadInput
from fitreel.model.settings import MOST_WEIGHTS_RECORDED, NetworkSettings

if TYPE_CHECKING:
    from fitreel.model.record.reader import Record

Need = Literal["losses", "curve", "places", "truth", "hidden layers", "weights", "metrics"]


@dataclass(frozen=True)
class PanelKind:
    """One panel that may stand beside the fit. Its title are the words of the key `panel_NAME`."""

    needs: tuple[Need, ...] = ()
    """What a record must have beside epochs, losses and predictions."""
    views: tuple[str, ...] = ("fit",)
    """Beside which views it stands."""

    def refusal(self, run: "PanelSources") -> str | None:
        """Why such a run can't have this panel, in a sentence, or None."""
        reasons = (_REFUSALS[need](run) for need in self.needs)
        return next((reason for reason in reasons if reason is not None), None)


@dataclass(frozen=True)
class PanelSources:
    """What is known of a run before it is trained, as far as panels need it."""

    view: str
    network: NetworkSettings
    has_truth: bool
    """Whether the noiseless function is known, or all of the picture that is learned."""
    has_metrics: bool


WITH_POINTS = (
    "fit", "field", "regions", "picture", "curves", "plane", "scatter", "confusion", "slices",
)  # fmt: skip
"""Views that show predictions."""
ALL_VIEWS = (*WITH_POINTS, "numbers")
PANEL_KINDS = {
    "loss": PanelKind(("losses",), ALL_VIEWS),
    "metrics": PanelKind(("metrics",), ALL_VIEWS),
    "residuals": PanelKind(("curve",)),
    "units": PanelKind(
        ("places", "hidden layers", "weights"),
        ("fit", "field", "regions", "picture", "curves", "plane"),
    ),
    "error": PanelKind(
        ("places", "truth"), ("fit", "field", "regions", "picture", "curves", "plane")
    ),
    "weights": PanelKind(("weights",), WITH_POINTS),
    "gradients": PanelKind(("weights",)),
}
"""By the names that stand in jobs; `single.panels.draw_panels` says what draws each."""

NO_TRUTH = "these data have no noiseless function; train with a formula (data.function)"
NO_METRICS = "this record has none; a Recorder keeps them: rec.log(step, loss, val_loss=…)"
NO_HIDDEN_LAYERS = "a network without hidden layers has none"


def needs_weights(panels: Iterable[str]) -> bool:
    """Whether one of these panels shows more of a snapshot than its prediction."""
    return any("weights" in PANEL_KINDS[name].needs for name in panels)


def check_panels(panels: Iterable[str], run: PanelSources) -> None:
    """Refuse panels that a run can't have, before it is trained.

    Raises:
        BadInput: the line says which panel, why, and which there can be.
    """
    for name in panels:
        check_beside(name, run.view)
        if (reason := PANEL_KINDS[name].refusal(run)) is not None:
            raise BadInput(f"film.panels: {name}: {reason}")


def check_beside(name: str, view: str) -> None:
    """Refuse a panel that doesn't go with what is shown.

    Raises:
        BadInput: the line says with what it goes, and what goes with this view.
    """
    views = PANEL_KINDS[name].views
    if view not in views:
        others = ", ".join(other for other, kind in PANEL_KINDS.items() if view in kind.views)
        raise BadInput(
            f"film.panels: {name}: of the views {', '.join(views)}; this one shows {view}, which "
            f"can have {others}"
        )


def check_recorded_panels(
    panels: Iterable[str], run: "Record", view: str, *, has_truth: bool
) -> None:  # fmt: skip
    """Refuse panels that what a program recorded can't have; `has_truth` as `PanelSources`.

    Raises:
        BadInput: the line says which panel, why, and what to do.
    """
    lacking: dict[Need, str] = {
        "weights": "a program's record has no weights",
        "hidden layers": "a program's record has no weights",
    }
    if not run.header.is_curve:
        lacking["curve"] = "of records of one input and one output"
    if not (len(run.header.inputs) == 1 or run.header.grid_shape):
        lacking["places"] = "of records of one input, or of a grid of two inputs"
    if not has_truth:
        lacking["truth"] = "no truth is recorded; give it: Recorder(path, x, y, truth=…)"
    if not _has_losses(run):
        lacking["losses"] = "this record has none; give it: rec.log(step, loss)"
    if not run.metrics:
        lacking["metrics"] = NO_METRICS
    for name in panels:
        for need in PANEL_KINDS[name].needs:
            if need in lacking:
                raise BadInput(f"film.panels: {name}: {lacking[need]}")
        check_beside(name, view)


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


def _without_hidden_layers(run: PanelSources) -> str | None:
    network = run.network
    return NO_HIDDEN_LAYERS if network.module is None and not network.hidden else None


def why_no_weights(network: NetworkSettings) -> str | None:
    """Why what is inside such a network can't be drawn, in a sentence, or None."""
    # numpy is imported only where such a panel is asked for.
    from fitreel.render.network.recorded_network import why_unknown

    reason = why_unknown(network)
    if reason is None and network.parameter_count > MOST_WEIGHTS_RECORDED:
        reason = no_weights(network.parameter_count)
    return reason


_REFUSALS: dict[Need, Callable[[PanelSources], str | None]] = {
    "losses": lambda run: None,
    "curve": lambda run: None,
    "places": lambda run: None,
    "truth": lambda run: None if run.has_truth else NO_TRUTH,
    "hidden layers": _without_hidden_layers,
    "weights": lambda run: why_no_weights(run.network),
    "metrics": lambda run: None if run.has_metrics else NO_METRICS,
}
