"""What decides whether a film is made again, and what it tells of where it was made."""

import getpass
import json
import os
import socket
from pathlib import Path

from support.program import Fitreel, train_here

from fitreel.render.metadata.provenance import read_provenance

FEW = ("--set", "train.epochs=20")


def test_content_decides_not_time(fitreel: Fitreel, tmp_path: Path) -> None:
    film = tmp_path / "a.gif"
    made = fitreel("run", *FEW, "-o", "a.gif")
    assert made.returncode == 0, made.stderr
    before = film.read_bytes()
    os.utime(film, (1, 1))  # older than its record
    again = fitreel("run", *FEW, "-o", "a.gif")
    assert "a.gif: up to date" in again.stdout and film.stat().st_mtime == 1
    film.write_bytes(before[:-20])  # as a copy that was cut short
    assert "up to date" not in fitreel("render", "runs/*", "-o", "a.gif").stdout
    run = next(path for path in (tmp_path / "runs").iterdir() if not path.name.startswith("."))
    assert fitreel("render", str(run), "-o", "a.gif").returncode == 0
    assert film.read_bytes() == before
    assert fitreel("train", *FEW, "--force").returncode == 0  # its seconds are others
    drawn = fitreel("render", str(run), "-o", "a.gif")
    assert drawn.returncode == 0 and "a.gif: 4 frames" in drawn.stdout


def test_a_film_tells_nothing_of_its_maker(fitreel: Fitreel, tmp_path: Path) -> None:
    run = train_here(tmp_path, "train.epochs=20")
    for ending in ("mp4", "gif", "png"):
        film = tmp_path / f"a.{ending}"
        assert fitreel("render", str(run.path), "-o", film.name).returncode == 0
        told = json.dumps(read_provenance(film))
        assert str(tmp_path) not in told and '"/' not in told
        words = json.loads(told.replace("/", " "))
        assert not {socket.gethostname(), getpass.getuser()} & set(json.dumps(words).split('"'))


def test_an_odd_size_is_said_and_becomes_even(fitreel: Fitreel, tmp_path: Path) -> None:
    run = train_here(tmp_path, "train.epochs=20")
    done = fitreel("render", str(run.path), "-o", "a.png", "--set", "film.size=[641,481]")
    assert done.returncode == 0 and "becomes 642 x 482" in done.stderr
    assert read_provenance(tmp_path / "a.png")["film"]["size"] == [642, 482]
    huge = fitreel("render", str(run.path), "-o", "b.png", "--set", "film.size=[8193,480]")
    assert huge.returncode == 65 and not (tmp_path / "b.png").exists()
