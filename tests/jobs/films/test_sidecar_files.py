"""What goes with a film: chapters, subtitles, and a page of pictures."""

import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from support.program import Fitreel

from fitreel.jobs.command_line.options import sheet_of
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.render.handout.contact_sheet import contact_sheet
from fitreel.render.handout.page import write_headings
from fitreel.render.mpl.theme import load_theme
from fitreel.render.output.ffmpeg import ffmpeg_path
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.text.fonts import fonts_for
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.timeline import make_timeline

CHEAP = ("--set", "film.size=[320,240]")


def test_subtitles_and_sheets_are_made_and_found_up_to_date(
    fitreel: Fitreel, short_run: Record, tmp_path: Path
) -> None:
    outputs = ("-o", "clip.srt", "-o", "clip.vtt", "-o", "sheet.pdf", "-o", "sheet.svg")
    done = fitreel("render", str(short_run.path), *outputs, "--sheet", "3x2")
    assert done.returncode == 0, done.stderr
    srt = (tmp_path / "clip.srt").read_text("utf-8")
    assert srt.startswith("1\n00:00:00,000 --> 00:00:0")
    assert (tmp_path / "clip.vtt").read_text("utf-8").startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    svg = (tmp_path / "sheet.svg").read_text("utf-8")
    captions = [int(epoch) for epoch in re.findall(r">epoch=(\d+)<", svg)]
    assert len(set(captions)) == 6 and captions == sorted(captions)
    assert captions[0] == 0 and captions[-1] == 60
    again = fitreel("render", str(short_run.path), *outputs, "--sheet", "3x2")
    assert again.stdout.count("up to date") == 4
    other = fitreel("render", str(short_run.path), *outputs, "--sheet", "2x1")
    assert other.stdout.count("up to date") == 2


def test_a_page_is_the_same_whatever_the_solvers_last_bits(
    short_run: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = make_timeline(short_run.epochs, short_run.losses, Pacing(Fraction(20)))
    solve = ConstrainedLayoutEngine.execute
    random = np.random.default_rng(0)

    def solved(self: ConstrainedLayoutEngine, figure: Figure) -> None:
        solve(self, figure)
        for axes in figure.axes:
            left, *rest = axes.get_position().bounds
            axes._set_position((left + 1e-12 * random.uniform(), *rest))

    monkeypatch.setattr(ConstrainedLayoutEngine, "execute", solved)
    pages = {contact_sheet(short_run, PictureSettings(), line, 3, 2, "svg") for _ in range(3)}
    assert len(pages) == 1


def test_a_sheet_says_that_it_has_no_panels(
    fitreel: Fitreel, short_run: Record, tmp_path: Path
) -> None:
    panels = ("--set", "film.theme=light", "--set", 'film.panels=["loss", "residuals"]')
    done = fitreel("render", str(short_run.path), "-o", "page.svg", *panels)
    assert done.returncode == 0, done.stderr
    assert (
        "page.svg: a sheet shows the picture alone, not film.panels (loss, residuals)"
        in done.stdout
    )


def test_a_sheet_as_png_is_no_still(fitreel: Fitreel, short_run: Record, tmp_path: Path) -> None:
    done = fitreel("render", str(short_run.path), "-o", "page.png", "--sheet", "2x2")
    assert done.returncode == 0 and "sheet of 2 x 2" in done.stdout
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


def test_words_and_pace_reach_the_subtitles(
    fitreel: Fitreel, short_run: Record, tmp_path: Path
) -> None:
    fitreel("render", str(short_run.path), "-o", "a.srt", "--set", "film.language=zh",
            "--set", "film.duration=20")  # fmt: skip
    text = (tmp_path / "a.srt").read_text("utf-8")
    assert re.search(r"[\u4e00-\u9fff]", text) and "00:00:1" in text


def test_a_film_has_chapters_in_its_language(
    fitreel: Fitreel, short_run: Record, tmp_path: Path
) -> None:
    import subprocess

    for kind in ("mp4", "webm"):
        done = fitreel("render", str(short_run.path), "-o", f"film.{kind}", *CHEAP,
                       "--set", "film.language=fr")  # fmt: skip
        assert done.returncode == 0, done.stderr
        told = subprocess.run(
            [ffmpeg_path(), "-hide_banner", "-i", str(tmp_path / f"film.{kind}")],
            capture_output=True, text=True,
        ).stderr  # fmt: skip
        assert "start 0.000000" in told and "Début" in told


@pytest.mark.parametrize("sheet", ["3", "3x", "x4", "0x4", "3x99", "axb", "-1x2", "²x2"])
def test_a_sheet_that_is_none(
    fitreel: Fitreel, short_run: Record, tmp_path: Path, sheet: str
) -> None:
    done = fitreel("render", str(short_run.path), "-o", "sheet.pdf", f"--sheet={sheet}")
    assert done.returncode == 65 and "--sheet" in done.stderr
    assert not (tmp_path / "sheet.pdf").exists()


def test_a_sheet_needs_a_page(fitreel: Fitreel, short_run: Record) -> None:
    assert sheet_of("3X4") == (3, 4) and sheet_of("2×2") == (2, 2) and sheet_of(None) is None
    done = fitreel("render", str(short_run.path), "-o", "film.mp4", "--sheet", "3x4")
    assert done.returncode == 65 and "sheet.pdf" in done.stderr
    with pytest.raises(BadInput):
        sheet_of("three by four")


def test_several_runs_have_subtitles_of_their_sentences(fitreel: Fitreel, tmp_path: Path) -> None:
    job = tmp_path / "two.toml"
    job.write_text('train.epochs = 10\ncompare.vary = { "seed" = [0, 1] }\n')
    done = fitreel("run", str(job), "-o", "two.srt", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "-->" in (tmp_path / "two.srt").read_text("utf-8")


def test_headings_of_a_sheet_have_their_fonts_and_fit_the_page(
    fitreel: Fitreel, short_run: Record, tmp_path: Path
) -> None:
    given = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSansMono.ttf"
    done = fitreel(
        "render", str(short_run.path), "-o", "sheet.svg", "--sheet", "3x4",
        "--set", "film.size=1080p", "--set", f"film.font={given}", "--set", "film.theme=light",
        "--set", 'film.title="\\u2336 of $x^2$, \\\\nand a second line"',
        "--set", f"film.subtitle={'many words ' * 8}",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "does not have a glyph" not in done.stderr
    svg = (tmp_path / "sheet.svg").read_text("utf-8")
    assert "DejaVu Sans Mono" in svg and str(given.parent) not in svg


def test_numbers_on_a_sheet_are_in_its_language(
    fitreel: Fitreel, short_run: Record, tmp_path: Path
) -> None:
    done = fitreel(
        "render", str(short_run.path), "-o", "s.svg", "--sheet", "2x2", "--set", "film.language=de"
    )
    assert done.returncode == 0, done.stderr
    svg = (tmp_path / "s.svg").read_text("utf-8")
    assert ">0,5<" in svg and not re.search(r">−?\d+\.\d+<", svg)


def test_headings_are_within_the_page_and_apart(short_run: Record) -> None:
    figure = Figure((8.27, 11.69), dpi=200)
    FigureCanvasAgg(figure)
    texts: dict[str, str | None] = {
        "title": "A long title of words " * 4,
        "subtitle": "one\ntwo $\\frac{x^2}{2}$",
        "caption": "first\nsecond",
    }
    fonts = fonts_for([text for text in texts.values() if text])
    low, high = write_headings(figure, texts, load_theme("light"), fonts)
    boxes = [text.get_window_extent() for text in figure.texts]
    assert all(box.x0 > 0.04 * 1654 and box.x1 < 0.96 * 1654 for box in boxes)
    assert all(box.y0 >= high * 2338 - 1 for box in boxes[:3])
    assert all(box.y1 <= low * 2338 + 1 for box in boxes[3:])
    assert all(above.y0 >= below.y1 - 1 for above, below in pairwise(boxes))
    with pytest.raises(BadInput, match=r"film\.title: too long for a page"):
        write_headings(figure, {"title": "w" * 200, "subtitle": "", "caption": ""},
                        load_theme("light"), fonts)  # fmt: skip
