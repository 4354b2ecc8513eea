"""A GIF is as long as the film, at every frame rate, though its delays are hundredths."""

import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitreel.render.metadata import gif_blocks
from fitreel.render.output.open_writer import open_writer
from fitreel.render.output.output import Output

RATES = [24, 25, 30, 50, 60]


def delays_of(path: Path) -> list[int]:
    """In hundredths of a second, read from the graphic control blocks."""
    content = path.read_bytes()
    found, at = [], 0
    while (at := content.find(b"\x21\xf9\x04", at)) >= 0:
        found.append(int.from_bytes(content[at + 4 : at + 6], "little"))
        at += 8
    return found


def gif_of(path: Path, changes: list[bool], fps: Fraction) -> list[int]:
    """Make a film whose frame i differs from the one before where `changes[i]`; its delays."""
    frame = np.full((48, 64, 4), 255, np.uint8)
    with open_writer(Output(str(path)), (64, 48), fps) as output:
        for number, is_new in enumerate(changes):
            if is_new:
                frame[20:28, :, :3] = 255
                frame[20:28, number % 60 : number % 60 + 4, :3] = (0, 64, 192)
            output.write(frame)
    with path.open("rb") as file:
        images, total = gif_blocks.count_frames(file)
    delays = delays_of(path)
    assert (images, total) == (len(delays), sum(delays)), "no such bytes elsewhere in the file"
    return delays


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("count", [1, 2, 59, 60, 61, 62, 144])
def test_a_gif_is_as_long_as_its_frames(tmp_path: Path, fps: int, count: int) -> None:
    delays = gif_of(tmp_path / "film.gif", [True] * count, Fraction(fps))
    assert abs(sum(delays) - 100 * count / fps) <= 0.5
    assert min(delays) >= 2, "browsers slow down what is shorter"
    if fps <= 50:
        assert len(delays) == count and max(delays) - min(delays) <= 1
    elif count > 6:
        assert len(delays) == 1 + 50 * (count - 1) // 60 and max(delays) <= 3


@settings(deadline=None, max_examples=60)
@given(
    changes=st.lists(st.booleans(), min_size=1, max_size=80),
    fps=st.sampled_from([*map(Fraction, RATES), Fraction(30000, 1001), Fraction(60000, 1001)]),
)
def test_and_where_frames_repeat(changes: list[bool], fps: Fraction) -> None:
    with tempfile.TemporaryDirectory() as folder:
        delays = gif_of(Path(folder) / "film.gif", changes, fps)
    assert abs(sum(delays) - 100 * len(changes) / fps) <= 1
    assert min(delays) >= 2
