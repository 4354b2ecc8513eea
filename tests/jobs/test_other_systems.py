"""Nothing that only Linux has is needed: the same films, bit for bit, where its names are gone."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.program import ROOT, Fitreel

WITHOUT = ROOT / "tests/support/without_linux.py"
SHORT = ("--set", "train.epochs=30")
SMALL = ("--set", "film.size=[320,240]")
SMALLEST = ("--set", "film.size=[640,480]")
"""That a comparison fits in."""
FILMS = ("-o", "{name}.mp4", "-o", "{name}.gif", "-o", "{name}.webm")
RUN = ("run", *SHORT, *SMALL, "-q", *FILMS, "--log", "{name}.log")
COMPARE = (
    "compare", "--vary", "seed=1,2", *SHORT, *SMALLEST, "--workers", "2",
    "-o", "{name}-seeds.png",
)  # fmt: skip


@pytest.mark.parametrize(
    ("system", "commands"),
    [
        # What it lacks, the other lacks, too.
        pytest.param("macos", [RUN], marks=pytest.mark.long),
        ("windows", [RUN, COMPARE]),
    ],
)
def test_films_are_the_same_where_only_linux_has_a_name(
    system: str, commands: list[tuple[str, ...]], fitreel: Fitreel, tmp_path: Path
) -> None:
    """Trained and filmed there; then filmed here, from the same records."""

    log = ""
    for command in commands:
        done = subprocess.run(
            [
                sys.executable,
                str(WITHOUT),
                system,
                *(part.format(name="there") for part in command),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert done.returncode == 0, done.stderr
        log += done.stdout + done.stderr
        here = fitreel(*(part.format(name="here") for part in command))
        assert here.returncode == 0, here.stderr
    films = sorted(tmp_path.glob("there*.*"))
    assert len(films) >= 3
    for film in films:
        if film.suffix != ".log":
            own = film.with_name(film.name.replace("there", "here"))
            assert film.read_bytes() == own.read_bytes(), film.name
    assert "training on" in (tmp_path / "there.log").read_text()
    assert ("cannot start a process: not on this system" in log) == (system == "windows")
