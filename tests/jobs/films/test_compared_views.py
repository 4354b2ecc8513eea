"""Which view the panels of a comparison show, and what is refused before anything is trained."""

from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from support.program import DATA, Fitreel

MOONS = (
    "compare", "--vary", "train.lr=0.01,0.1", "--set", "data.function=moons", "--workers", "1",
    "--set", "data.points=20", "--set", "data.grid=8", "--set", "train.epochs=4",
    "--set", "film.size=[480,360]",
)  # fmt: skip


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["compare.layout=overlay"], 'compare.layout = "overlay"; "grid" (up to 16); "numbers"'),
        (
            ["film.view=slices", 'network.features={ name = "fourier" }'],
            "lr 0.01: film.view: slices: network.features",
        ),
        (["film.view=plane"], "lr 0.01: film.view: plane: doesn't fit"),
        (["compare.group=train.lr", "compare.layout=grid"], 'compare.group; "numbers"'),
        (["film.view=numbers", "compare.layout=grid"], 'compare.layout = "grid"'),
        (["film.size=[160,120]"], "film.size 160 x 120: too small for 2 panels; the smallest"),
    ],
)
def test_what_a_view_cannot_have_is_refused_by_name(
    more: list[str], words: str, fitreel: Fitreel, tmp_path: Path
) -> None:
    done = fitreel(*MOONS, *(part for each in more for part in ("--set", each)), "-o", "a.png")
    assert done.returncode == 65 and len(done.stderr.splitlines()) <= 2
    assert all(each in done.stderr for each in words.split("; "))
    assert not (tmp_path / "runs").exists() and not (tmp_path / "a.png").exists()


def test_runs_of_one_view_are_compared_in_it_and_others_by_their_losses(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    done = fitreel(*MOONS, "-o", "a.png", "--table", "a.csv")
    assert done.returncode == 0, done.stderr
    runs = sorted(str(each) for each in (tmp_path / "runs").iterdir() if each.is_dir())
    look = ("--set", "film.size=[480,360]")
    assert fitreel("render", *runs, "-o", "b.png", *look).returncode == 0
    alone = ("--set", "film.view=numbers")
    assert fitreel("render", *runs, "-o", "c.png", *look, *alone).returncode == 0
    done = fitreel("render", runs[0], str(DATA / "records" / "demo"), "-o", "d.png", *look)
    assert done.returncode == 0, done.stderr
    regions, again, numbers = (iio.imread(tmp_path / f"{name}.png") for name in "abc")
    assert (regions == again).all() and (regions != numbers).any()
    # Regions are large, lines of losses are thin.
    coloured = [(np.ptp(each[..., :3], axis=2) > 10).mean() for each in (regions, numbers)]
    assert coloured[0] > 0.1 > coloured[1]
