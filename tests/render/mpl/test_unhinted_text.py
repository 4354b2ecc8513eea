"""Pictures in a theme: Roboto, not hinted, drawn from the cache as in a full draw."""

from types import SimpleNamespace

import numpy as np
import pytest

from fitreel.render.mpl.cached_text_renderer import CachedTextRenderer
from fitreel.render.mpl.figure import UnhintedRenderer, figure_of_size, is_hinted
from fitreel.render.mpl.own_fonts import roboto_files
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.raster.frame_drawer import FrameDrawer

from matplotlib.backends.backend_agg import RendererAgg  # isort: skip  (after our defaults)
from matplotlib.font_manager import FontProperties, findfont  # isort: skip

WORDS = [
    "0.0149", "1.17", "11.71", "3995", "4.7·10²⁹", "0,1111", "7.7 ffi 4.2", "−0.5 → x̂",
    "loss 66 times",
]  # fmt: skip


def test_roboto_is_its_package_files() -> None:
    drawn = {
        findfont(FontProperties(family=["Roboto"], weight=weight, style=style))
        for weight in ("regular", "medium", "bold")
        for style in ("normal", "italic")
    }
    assert len(roboto_files()) == 5
    assert {str(path) for path in drawn} <= set(map(str, roboto_files()))


@pytest.mark.parametrize("weight", ["regular", "medium", "bold"])
@pytest.mark.parametrize("hinted", [True, False])
def test_numbers_put_together_are_laid_out_as_a_whole(weight: str, hinted: bool) -> None:
    rng = np.random.default_rng(0)
    strings = [*WORDS, *(f"{value:.4f}" for value in rng.uniform(0, 2000, 40))]
    properties = FontProperties(family=["Roboto", "DejaVu Sans"], weight=weight, size=21.3)
    kind = RendererAgg if hinted else UnhintedRenderer
    plain, cached = kind(400, 60, 100), CachedTextRenderer(400, 60, 100, hinted=hinted)  # type: ignore[no-untyped-call]
    for string in strings:
        sizes = [
            each.get_text_width_height_descent(string, properties, False)
            for each in (plain, cached)
        ]
        assert sizes[0] == sizes[1], string
        for renderer in (plain, cached):
            renderer.clear()  # type: ignore[no-untyped-call]
            renderer.draw_text(renderer.new_gc(), 5.3, 40.6, string, properties, 0.0)  # type: ignore[no-untyped-call]
        assert bytes(plain.buffer_rgba()) == bytes(cached.buffer_rgba()), string  # type: ignore[no-untyped-call]


def test_a_page_is_not_hinted_and_its_frames_are_full_draws() -> None:
    assert is_hinted(figure_of_size((64, 48)))
    page = Page((640, 360))
    moving = [
        page.text(20, 40 * row + 10, string, page.px(50), weight="bold")
        for row, string in enumerate(WORDS[:7])
    ]
    moving.append(page.text(20, 320, r"A net learns $y = x^3 + \frac{1}{2}$", 20, parse_math=True))
    drawer = FrameDrawer(SimpleNamespace(figure=page.figure, moving=moving))
    for change in ("", "1.4142", "17"):
        moving[0].set_text(change)
        frame = drawer.draw().copy()
        page.figure.canvas.draw()
        full = np.asarray(page.figure.canvas.buffer_rgba())  # type: ignore[attr-defined]
        assert np.array_equal(frame, full)


def test_digits_are_equally_wide() -> None:
    page = Page((1280, 720))
    for weight in ("regular", "medium", "bold"):
        widths = {page.width_of(digit * 4, page.px(50), weight) for digit in "0123456789"}  # type: ignore[arg-type]
        assert len(widths) == 1
        assert {page.width_of(pair, 50, weight) for pair in ("1174", "4711", "7417")} == {  # type: ignore[arg-type]
            page.width_of("0000", 50, weight)  # type: ignore[arg-type]
        }
