"""Panels: each says what it shows, on a scale of its own, as a full draw would have it."""

import types
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.program import train_here

from fitreel.model.errors import Unavailable
from fitreel.model.record.reader import Record
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import load_theme
from fitreel.render.panel_kinds import PANEL_KINDS
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.single.layout.themed_layout import PanelPlace
from fitreel.render.single.panels.draw_panels import PANELS, draw_panels
from fitreel.render.single.panels.panel import Panel, PanelStyle
from fitreel.render.single.panels.reach import reach, round_up
from fitreel.render.text.axis_labels import NO_LABELS, AxisLabels
from fitreel.render.text.fonts import fonts_for
from fitreel.render.text.translations import languages, translation_of
from fitreel.render.timing.epoch_axis import EpochAxis

AXIS = EpochAxis(60.0, 5.0)
ROWS, OTHER_ROWS = ("loss", "residuals", "units"), ("error", "weights", "gradients")


class Drawn:
    """Panels under each other on a page of their own."""

    def __init__(
        self, run: Record, names: Sequence[str], theme: str = "light", language: str = "en",
        height: float = 114.0, width: float = 320.0, labels: AxisLabels = NO_LABELS,
    ) -> None:  # fmt: skip
        words = translation_of(language)
        try:
            families = fonts_for([*words.entries.values(), "0123456789−·⁻⁰¹²³⁴⁵⁶⁷⁸⁹"]).families
        except Unavailable as error:
            pytest.skip(str(error))
        page = Page((1280, 720), load_theme(theme), fonts=families)
        style = PanelStyle(page, words, 20.9, 23.8, AXIS, labels)
        self.samples = list(shown_snapshots(run, range(len(run)), weights=True))
        pitch = height + 65
        places = {
            name: PanelPlace(
                Box(60, 690 - pitch * (n + 1) + 35, width, height), 60.0, 690 - pitch * n - 18,
                x_name_in_head=True,
            )
            for n, name in enumerate(names)
        }  # fmt: skip
        self.panels: list[Panel] = draw_panels(run, places, style, self.samples)
        self.figure = page.figure
        self.moving = [part for panel in self.panels for part in panel.moving]

    def show(self, number: int) -> None:
        snapshot = self.samples[number]
        for panel in self.panels:
            panel.show(snapshot, float(snapshot.epoch))

    def texts(self) -> list[str]:
        return [text.get_text() for text in self.figure.texts]


def full_draw(drawn: Drawn) -> np.ndarray:
    scene = types.SimpleNamespace(figure=drawn.figure, moving=())
    return np.array(FrameDrawer(scene).draw())


def test_every_kind_has_a_panel() -> None:
    assert list(PANELS) == list(PANEL_KINDS)


@pytest.mark.parametrize("names", [ROWS, OTHER_ROWS])
@pytest.mark.parametrize("theme", ["light", "dark", "chalkboard", "paper"])
def test_panels_are_full_draws(short_run: Record, names: tuple[str, ...], theme: str) -> None:
    ours, plain = Drawn(short_run, names, theme), Drawn(short_run, names, theme)
    drawer = FrameDrawer(ours)
    for number in (0, 7, 3, 11):
        ours.show(number)
        plain.show(number)
        assert np.array_equal(drawer.draw(), full_draw(plain))


@pytest.mark.parametrize("width", [320.0, 215.0])
@pytest.mark.parametrize("language", languages())
def test_no_two_texts_of_a_panel_overlap(short_run: Record, language: str, width: float) -> None:
    for names in (ROWS, OTHER_ROWS):
        drawn = Drawn(short_run, names, language=language, width=width, height=52)
        texts = [text for text in drawn.figure.texts if text.get_text()]
        texts += [
            label
            for axes in drawn.figure.axes
            if axes.axison
            for label in (*axes.get_xticklabels(), *axes.get_yticklabels())
            if label.get_text()
        ]
        drawn.figure.draw_without_rendering()
        boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
        for n, (name, a) in enumerate(boxes):
            for other, b in boxes[n + 1 :]:
                apart = a.x0 >= b.x1 - 1 or b.x0 >= a.x1 - 1
                apart = apart or a.y0 + 6 >= b.y1 - 6 or b.y0 + 6 >= a.y1 - 6
                assert apart, (name, other)


def test_units_go_from_what_adds_most_to_least_and_have_a_key(short_run: Record) -> None:
    drawn = Drawn(short_run, ("units",))
    assert {"hidden units", "most", "least"} <= set(drawn.texts())
    drawn.show(-1)
    *lines, _ = drawn.moving
    spans = [np.ptp(np.asarray(line.get_ydata(), float)) for line in lines]  # type: ignore[attr-defined]
    assert spans == sorted(spans, reverse=True)
    colours = [line.get_color() for line in lines]  # type: ignore[attr-defined]
    assert len(set(colours)) == len(colours)


def test_weights_have_a_scale_and_the_layers_names(short_run: Record) -> None:
    for name in ("weights", "gradients"):
        texts = Drawn(short_run, (name,)).texts()
        assert {name, "layer 1", "layer 2", "output", "0"} <= set(texts)
        (largest,) = (text for text in texts if text.startswith("−"))
        assert largest[1:] in texts


def test_panels_are_in_the_units_of_the_columns(short_run: Record) -> None:
    drawn = Drawn(short_run, ("residuals",), labels=AxisLabels("day", r"cost (\$)"))
    assert {"day", r"data − network (cost (\$))"} <= set(drawn.texts())


def test_a_wild_start_does_not_flatten_the_rest(short_run: Record) -> None:
    samples = [
        replace(each, epoch=5 * n) for n, each in enumerate(shown_snapshots(short_run, [0] * 12))
    ]
    values = [np.array([1e6])] + [np.array([1.0, -0.5])] * 11
    assert reach(values, samples, EpochAxis(55.0)) < 3
    assert reach([np.array([np.nan])] * 12, samples, AXIS) == 1
    assert reach([np.zeros(3)] * 12, samples, AXIS) == 1


@pytest.mark.parametrize(("value", "rounded"), [(0.51, 0.6), (1.0, 1.0), (9.1, 10.0), (3e-7, 3e-7)])
def test_a_scale_ends_at_a_round_number(value: float, rounded: float) -> None:
    assert round_up(value) == pytest.approx(rounded)


def test_two_layers_and_one_are_named_too(tmp_path: Path) -> None:
    run = train_here(tmp_path / "one", "train.epochs=20", "network.hidden=[4]")
    assert {"layer 1", "output"} <= set(Drawn(run, ("weights",)).texts())
