"""Every built-in theme can be read from the back row, also by who is colour-blind, and in print."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from numpy.typing import NDArray
from support.run_states import state_of

from fitreel.model.record.reader import Record
from fitreel.render.film_settings import FilmSettings
from fitreel.render.mpl.theme import THEMES, contrast, load_theme, weak_contrasts
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.single.scene_choice import scene_of

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
VISIONS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip


def linear(colour: str) -> NDArray[np.float64]:
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(colour: str, vision: str) -> NDArray[np.float64]:
    """CIE L*a*b* (D65) of a colour as it is seen."""
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
         [0.0193339, 0.1191920, 0.9503041]]
    )  # fmt: skip
    xyz = to_xyz @ np.clip(VISIONS[vision] @ linear(colour), 0, 1) / [0.95047, 1.0, 1.08883]
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def apart(one: str, other: str, vision: str = "normal") -> float:
    """CIE76 colour difference; about 2.3 is just noticeable, 20 is another colour."""
    return float(np.linalg.norm(lab(one, vision) - lab(other, vision)))


def test_the_measures_are_the_known_ones() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert apart("#ffffff", "#000000") == pytest.approx(100, abs=0.1)
    # Red and green of one lightness are one colour to a deuteranope, blue is another.
    assert apart("#b04a3a", "#70701c", "deuteranopia") < 20 < apart("#b04a3a", "#70701c")
    weak = load_theme("light").model_copy(update={"muted": "#bbbbbb", "truth": "#eeeeee"})
    assert len(weak_contrasts(weak)) == 2


@pytest.mark.parametrize("name", THEMES)
def test_text_and_marks_stand_out(name: str) -> None:
    theme = load_theme(name)
    assert weak_contrasts(theme) == []
    for key in ("text", "muted", "ticks", "heading", "data_text", "warning"):
        assert contrast(getattr(theme, key), theme.background) >= 4.5, key
    for key in ("prediction", "points", "truth"):
        assert contrast(getattr(theme, key), theme.axes) >= 3, key
    for line in theme.lines if name != "demo" else ():  # Okabe and Ito's, as they are
        assert contrast(line, theme.axes) >= 3, line


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("vision", VISIONS)
def test_what_is_told_apart_by_colour_is_told_apart_by_all(name: str, vision: str) -> None:
    theme = load_theme(name)
    if not theme.dashes_first:  # on paper by dash, width and marker
        assert apart(theme.prediction, theme.points, vision) >= 20
        assert apart(theme.prediction, theme.truth, vision) >= 20 or theme.truth_dashes
        for one, other in combinations(theme.lines, 2):
            assert apart(one, other, vision) >= 10, (one, other)
    assert apart(theme.positive, theme.negative, vision) >= 40
    for colour in (theme.positive, theme.negative):
        assert apart(colour, theme.neutral, vision) >= 15


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("paper", "vertical"),
        ("chalkboard", "480p"),
        *(pytest.param(n, "480p", marks=pytest.mark.long) for n in THEMES if n != "chalkboard"),
        *(pytest.param(n, "vertical", marks=pytest.mark.long) for n in THEMES if n != "paper"),
    ],
)
def test_letters_have_that_contrast_in_the_picture(short_run: Record, name: str, size: str) -> None:
    """What is drawn, antialiased as it is: the strongest pixel of every text in its box."""
    settings = FilmSettings(
        theme=name, size=size, panels=("loss", "units"), title="Title", subtitle="words",
        caption="more words", truth=True,
    ).picture  # fmt: skip
    scene = scene_of(short_run, settings)
    snapshot = next(short_run.snapshots([3], weights=True))
    scene.show(state_of(snapshot, is_interpolated=True))  # type: ignore[arg-type]
    frame = FrameDrawer(scene).draw()
    height = frame.shape[0]
    texts = [text for text in scene.figure.texts if text.get_text().strip()]
    assert len(texts) >= 10
    for text in texts:
        box = text.get_window_extent()
        seen = frame[
            max(height - int(box.y1), 0) : height - int(box.y0), max(int(box.x0), 0) : int(box.x1)
        ]
        shades = {tuple(pixel) for pixel in seen[..., :3].reshape(-1, 3).tolist()}
        ground = load_theme(name).background
        best = max(contrast("#{:02x}{:02x}{:02x}".format(*shade), ground) for shade in shades)
        least = 3.0 if text.get_text() in "●━╍" else 4.5
        assert best >= least, (text.get_text(), best)


def test_a_key_of_versions_before_may_stand_in_a_theme(tmp_path: Path) -> None:
    file = tmp_path / "old.toml"
    file.write_text('base = "dark"\ncasing = 1.5\naccent = "red"\npoints_edge = "white"\n')
    assert load_theme(str(file)) == load_theme("dark")
