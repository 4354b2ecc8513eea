"""What the program says where it can't: of the thing that is wrong, in one line, with its code."""

import json
import shlex
import subprocess
from pathlib import Path

import pytest
from support.program import FITREEL, Fitreel

from fitreel.model.record.reader import Record

LATIN = "caf\udce9"  # as an argument in Latin-1 comes
SHORT = ("-q", "--set", "train.epochs=6", "--set", "data.points=8")


@pytest.mark.parametrize(
    "command",
    [
        ("train", *SHORT, "--set", f"film.title={LATIN}"),
        ("train", *SHORT, "--set", f"{LATIN}=1"),
        ("compare", *SHORT, "--vary", f"data.function=x,{LATIN}"),
    ],
)
def test_texts_that_are_no_utf8(fitreel: Fitreel, command: tuple[str, ...]) -> None:
    done = fitreel(*command)
    assert done.returncode == 65 and "the byte 0xe9 in it is no UTF-8" in done.stderr


def test_file_names_that_are_no_utf8_are_names(fitreel: Fitreel, tmp_path: Path) -> None:
    assert fitreel("new", f"{LATIN}.toml").returncode == 0
    done = fitreel("train", f"{LATIN}.toml", *SHORT, "-o", LATIN)
    assert (done.returncode, done.stderr) == (0, "")
    assert Record(tmp_path / LATIN).header.name == "caf?"


def test_info_says_words_as_they_are(fitreel: Fitreel, short_run: Record) -> None:
    arguments = ("--set", 'film.title="Δ é"', "--set", "film.size=[320,240]")
    assert fitreel("render", str(short_run.path), "-o", "a.png", *arguments).returncode == 0
    lines = fitreel("info", "a.png").stdout
    assert '"title": "Δ é"' in lines and "\\u" not in lines and '"frames"' not in lines
    facts = json.loads(fitreel("info", "a.png", "--json").stdout)
    assert facts["film"]["picture_version"] and facts["job"]["film"]["title"] == "Δ é"


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (("info", "a" * 300), 65, "File name too long"),
        (("check", "a" * 300), 65, "File name too long"),
        (("doctor", "--runs", "file"), 69, "missing: writing"),
        (
            ("compare", *SHORT, "--vary", "seed=1..3", "--set", 'film.panels=["weights"]'),
            65,
            "weights: only the film of a single run has that; of the 3 that are compared",
        ),
    ],
)
def test_one_line(
    fitreel: Fitreel, tmp_path: Path, command: tuple[str, ...], code: int, words: str
) -> None:
    (tmp_path / "file").touch()
    done = fitreel(*command)
    assert done.returncode == code and words in done.stderr, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "runs").exists()  # nothing was trained


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--vary", "seed=0..1", "--vary", "seed=3,4"), "--vary seed: given twice"),
        (("--vary", "seed=1,2", "--seed", "3"), "seed=3: the comparison gives seed values of its"),
        (("--vary", "train.lr=1,2", "--set", "train.lr=3"), "train.lr=3: the comparison gives"),
    ],
)
def test_what_a_comparison_would_not_show(
    fitreel: Fitreel, arguments: tuple[str, ...], words: str
) -> None:
    """The one that comes first is lost else, and nobody sees it in the film."""
    done = fitreel("compare", *SHORT, *arguments)
    assert done.returncode == 65 and words in done.stderr and not done.stdout, done


@pytest.mark.parametrize(
    "key", ["name", "data.file", "network.module", "train.loss", "film.theme", "film.latest"]
)
def test_a_null_character_is_in_no_name(fitreel: Fitreel, key: str) -> None:
    """No system takes it, and each that is asked says so in a way of its own."""
    for value in ('"a\\u0000.py:N"', '["a.mp4", {b = "\\u0000"}]'):
        done = fitreel("check", "--set", f"{key}={value}")
        assert done.returncode == 65 and len(done.stderr.splitlines()) == 1, done.stderr
        assert key in done.stderr and "U+0000" in done.stderr


def test_a_mount_is_no_folder_of_frames(tmp_path: Path) -> None:
    mounted = ["unshare", "-rm", "sh", "-c"]
    command = "mkdir m && mount -t tmpfs none m && echo mounted && "
    program = shlex.join([*FITREEL, "run", *SHORT, "-o", "m/"])
    try:
        done = subprocess.run(
            [*mounted, command + program], cwd=tmp_path, capture_output=True, text=True
        )
    except OSError:
        pytest.skip("needs unshare")
    if done.stdout != "mounted\n":
        pytest.skip("may not mount here")
    assert done.returncode == 65 and 'give a folder in it, such as "m/frames/"' in done.stderr
    assert not (tmp_path / "runs").exists()
