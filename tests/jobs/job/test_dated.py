"""`{date}` in `data.file`: tonight's points, and whose they are when there are none."""

import time
from pathlib import Path

from support.program import Fitreel

JOB = '[data]\nfile = "points-{date}.csv"\n[train]\nepochs = 6\n[film]\nsize = [64, 64]\n'


def test_the_days_file_is_read(fitreel: Fitreel, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(JOB)
    done = fitreel("run", "a.toml", "-o", "a.png")
    assert done.returncode == 65 and time.strftime("points-%Y-%m-%d.csv") in done.stderr
    (tmp_path / time.strftime("points-%Y-%m-%d.csv")).write_text("x,y\n0,1\n1,2\n2,4\n")
    for command in (("train", "a.toml"), ("run", "a.toml", "-o", "a.png"), ("info", "a.toml")):
        done = fitreel(*command)
        assert (done.returncode, done.stderr) == (0, ""), command
    assert time.strftime("points-%Y-%m-%d.csv") in done.stdout
    assert len([*(tmp_path / "runs").glob("a-*")]) == 1
