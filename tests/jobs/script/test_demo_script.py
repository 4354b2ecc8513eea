"""The demo's own script gives the film that `fitreel run` makes, byte for byte."""

from pathlib import Path

import pytest
from support.program import ROOT, Fitreel
from support.scripts import film_words


@pytest.mark.parametrize("epochs", [41, pytest.param(4000, marks=pytest.mark.long)])
def test_frames_are_those_of_run(tmp_path: Path, fitreel: Fitreel, epochs: int) -> None:
    script = str(ROOT / "tests" / "bench" / "pause_script.py")
    words = [script, "-o", "script/", "-o", "script.mp4", "--", str(epochs)]
    done = film_words(tmp_path, *words)
    count = (epochs + 4) // 5
    assert (done.code, done.stdout) == (0, ""), done.stderr
    assert f"script.mp4: {count} frames, {count / 20:g} s" in done.stderr
    assert fitreel("run", "-q", "--set", f"train.epochs={epochs}", "-o", "run/").returncode == 0
    script_frames, run_frames = done.pictures("script"), done.pictures("run")
    assert len(script_frames) == len(run_frames) == count
    for one, other in zip(script_frames, run_frames, strict=True):
        assert one.tobytes() == other.tobytes()
