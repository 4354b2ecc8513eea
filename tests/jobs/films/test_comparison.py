"""Comparisons as a user makes them: real trainings, real clips."""

import csv
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import imageio.v3 as iio
import pytest
from support.program import FITREEL, Fitreel, time_limit

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.loading import Source, load_job
from fitreel.jobs.job.sweep import MOST, configurations_of
from fitreel.jobs.job.vary import parse_vary, with_vary
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.render.metadata.checksum import check_whole
from fitreel.render.metadata.provenance import read_provenance

SHORT = ("--set", "train.epochs=30")
SMALL = ("--set", "film.size=[720,480]", "--set", "film.fps=5")
HERE = ("--workers", "1")
"""In the test's own process, which has torch already."""


def labels_of(
    vary: list[str], panels: list[dict[str, object]] | None = None, *assignments: str
) -> list[str]:
    values: dict[str, object] = {"compare": {"panel": panels}} if panels else {}
    loaded = load_job(with_vary(Source("x.toml", Path(), values), vary), assignments)
    return [each.label for each in configurations_of(loaded, Options(assignments=assignments))]


def test_labels_say_only_what_differs() -> None:
    assert labels_of(["train.lr=0.01,0.05", "train.optimizer=SGD,Adam"]) == [
        "lr 0.01, SGD",
        "lr 0.01, Adam",
        "lr 0.05, SGD",
        "lr 0.05, Adam",
    ]
    assert labels_of(["train.lr=0.01", "seed=1,2"]) == ["seed 1", "seed 2"]
    assert labels_of(["network.hidden=[8],[8,8]"]) == ["hidden 8", "hidden 8-8"]
    assert labels_of(["seed=1,2", "data.seed=3,4"])[0] == "seed 1, data.seed 3"
    panels: list[dict[str, object]] = [
        {"label": "ReLU", "network.activations": "relu"},
        {"label": "tanh", "network": {"activations": "tanh"}},
    ]
    assert labels_of([], panels) == ["ReLU", "tanh"]
    assert labels_of(["seed=1,2"], panels) == [
        "ReLU, seed 1",
        "ReLU, seed 2",
        "tanh, seed 1",
        "tanh, seed 2",
    ]


def test_values_are_split_at_top_level_commas() -> None:
    assert parse_vary("train.lr=0.01,0.05") == ("train.lr", (0.01, 0.05))
    assert parse_vary("network.hidden=[1,2],[3]") == ("network.hidden", ([1, 2], [3]))
    assert parse_vary('data.function="minimum(x, 0)",x') == (
        "data.function",
        ("minimum(x, 0)", "x"),
    )
    assert parse_vary("data.function=maximum(x, 0),x**2")[1] == ("maximum(x, 0)", "x**2")


@pytest.mark.parametrize(
    ("vary", "part"),
    [
        (["train.lrr=1,2"], 'did you mean "lr"'),
        (["train.lr=0.1,fast,-1"], "fast"),
        (["train.lr=0.1,0.1"], "same settings"),
        (["film.fps=1,2"], "film.fps"),
        (["train.lr"], "KEY=V1,V2"),
        (["train.lr=0.1,,0.2"], "KEY=V1,V2"),
        ([f"seed={','.join(map(str, range(MOST + 1)))}"], str(MOST)),
    ],
)
def test_bad_sweeps_are_named_before_training(vary: list[str], part: str) -> None:
    with pytest.raises(BadInput) as caught:
        labels_of(vary)
    assert part in str(caught.value)


def test_all_wrong_values_are_named_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        labels_of(["train.lr=0.1,fast,-1"])
    assert "fast" in str(caught.value) and "-1" in str(caught.value)


def visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def test_a_comparison_is_made_found_and_made_again(fitreel: Fitreel, tmp_path: Path) -> None:
    command = (
        "compare",
        "--vary",
        "train.lr=0.01,0.1",
        "--vary",
        "seed=1,2",
        *SHORT,
        *SMALL,
        "-o",
        "clip.mp4",
        "-o",
        "clip.png",
        "--table",
        "t.csv",
        "--table",
        "t.json",
    )
    first = fitreel(*command, *HERE)
    assert (first.returncode, first.stderr) == (0, "")
    assert "the seed varies data and network" in first.stdout
    assert len(visible(tmp_path / "runs")) == 4
    check_whole(tmp_path / "clip.mp4")
    assert iio.imread(tmp_path / "clip.png").shape[:2] == (480, 720)
    with (tmp_path / "t.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    assert [float(r["final_loss"]) for r in rows] == sorted(float(r["final_loss"]) for r in rows)
    assert len(json.loads((tmp_path / "t.json").read_text())) == 4

    film = (tmp_path / "clip.mp4").read_bytes()
    again = fitreel(*command, *HERE)
    assert again.returncode == 0 and "4 of 4 configurations already trained" in again.stdout
    assert again.stdout.count("up to date") == 4
    assert (tmp_path / "clip.mp4").read_bytes() == film

    more = fitreel(*(part.replace("0.01,0.1", "0.01,0.1,0.2") for part in command), *HERE)
    assert more.returncode == 0 and "4 of 6 configurations already trained" in more.stdout
    assert len(read_provenance(tmp_path / "clip.mp4")["runs"]) == 6

    itself = fitreel("run", "clip.mp4")
    assert (itself.returncode, itself.stderr) == (0, "") and "up to date" in itself.stdout


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.long)])
def test_how_each_ended_is_said_by_its_name(fitreel: Fitreel, tmp_path: Path, workers: str) -> None:
    """Divergence and a delta that is reached, whoever trained it and when."""
    command = ("compare", "--vary", "train.lr=0.05,1e4", "--vary", "train.delta=0.5,1e-9",
               "--set", "network.activations=relu", *SHORT, *SMALL, "-o", "clip.png",
               "--log", "log.txt")  # fmt: skip
    for more in ((), ("--force",)):  # made, found to be there, made anew
        done = fitreel(*command, "--workers", workers, *more)
        assert done.returncode == 0, done
        (line,) = done.stderr.splitlines()
        assert "warning: lr 10000, delta 1e-09: diverged at epoch" in line
        assert "lr 10000, delta 1e-09: trained" not in done.stdout
        assert "lr 0.05, delta 0.5: delta reached at epoch" in done.stdout
        assert (tmp_path / "log.txt").read_text().count("the loss is no longer finite")


def test_a_job_file_with_panels_makes_its_clip_and_its_table(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "nightly.toml").write_text(
        """
        [train]
        epochs = 30
        [film]
        size = [720, 480]
        fps = 5
        outputs = ["{name}.gif"]
        [compare]
        table = "ranking.md"
        layout = "overlay"
        loss_panel = true
        [[compare.panel]]
        label = "ReLU"
        network.activations = ["relu", "relu"]
        [[compare.panel]]
        label = "tanh"
        "network.activations" = "tanh"
        """
    )
    done = fitreel("run", "jobs/nightly.toml", "-q", "--workers", "1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    check_whole(tmp_path / "jobs" / "nightly.gif")
    assert "ReLU" in (tmp_path / "jobs" / "ranking.md").read_text()


def test_a_comparison_in_a_theme_of_ones_own(fitreel: Fitreel, tmp_path: Path) -> None:
    asked = (
        "compare",
        "--vary",
        "seed=1,2",
        *SHORT,
        "-o",
        "clip.png",
        "--set",
        "film.size=[961,541]",
        *HERE,
    )
    for ground in ("#102030", "#302010"):
        (tmp_path / "mine.toml").write_text(f'base = "dark"\nbackground = "{ground}"\n')
        done = fitreel(*asked, "--set", "film.theme=mine.toml", "--at", "15")
        assert done.returncode == 0, done.stderr
        assert "961 x 541" in done.stderr and "962 x 542" in done.stderr
        picture = iio.imread(tmp_path / "clip.png")
        assert picture.shape[:2] == (542, 962)
        assert "#" + bytes(picture[0, 0, :3]).hex() == ground
    for setting, word in (
        ("film.theme=drak", "dark"),
        ('film.panels=["units"]', "film.panels: units"),
        ("film.title=$x", "film.title"),
        ("film.title=学", "no font"),
        ("film.language=xx", "film.language"),
        ("compare.group=sed", 'did you mean "seed"'),
        ("film.limits=frame", "film.limits"),
    ):
        refused = fitreel(*asked, "--set", setting)
        assert refused.returncode in (65, 69) and word in refused.stderr


def test_a_comparison_has_all_that_one_run_has(fitreel: Fitreel, tmp_path: Path) -> None:
    texts = {
        "title": "$y = x^3$, zweimal", "language": "de",
        "theme": "dark", "truth": "true", "panels": '["loss"]', "duration": "3",
    }  # fmt: skip
    command = [
        *("compare", "--vary", "train.lr=0.01,0.1", *SHORT, *SMALL, *HERE),
        *(part for key, value in texts.items() for part in ("--set", f"film.{key}={value}")),
        *("--set", "film.transparent=true", "-o", "clip.webm", "-o", "clip.srt", "-o", "clip.pdf"),
    ]
    done = fitreel(*command)
    assert (done.returncode, done.stderr) == (0, "")
    said = (tmp_path / "clip.srt").read_text()
    assert "Zwei Netze beginnen zu lernen." in said and "Gerade" in said
    assert (tmp_path / "clip.pdf").read_bytes().startswith(b"%PDF")
    assert iio.imread(tmp_path / "clip.webm", index=0).shape[:2] == (480, 720)
    again = fitreel(*command)
    assert again.stdout.count("up to date") == 3


def test_labels_are_drawn_in_any_script_or_refused(fitreel: Fitreel, tmp_path: Path) -> None:
    (tmp_path / "labels.toml").write_text(
        """
        [train]
        epochs = 20
        [film]
        size = [720, 480]
        outputs = ["labels.png"]
        [[compare.panel]]
        label = "Ρυθμός é"
        [[compare.panel]]
        label = 'b $\\eta$'
        seed = 2
        """
    )
    done = fitreel("run", "labels.toml", *HERE)
    assert (done.returncode, done.stderr) == (0, "")
    text = (tmp_path / "labels.toml").read_text().replace("Ρυθμός", "\U00012000")
    (tmp_path / "labels.toml").write_text(text)
    refused = fitreel("run", "labels.toml", *HERE)
    assert refused.returncode == 69 and "U+12000" in refused.stderr


def test_groups_are_of_what_differs_otherwise(fitreel: Fitreel, tmp_path: Path) -> None:
    vary = ["train.lr=0.01,0.05", "seed=1,2,3"]
    loaded = load_job(with_vary(Source("x.toml", Path(), {}), vary), ("compare.group=seed",))
    options = Options(assignments=("compare.group=seed",))
    configurations = configurations_of(loaded, options)
    assert [each.group for each in configurations] == ["lr 0.01"] * 3 + ["lr 0.05"] * 3
    assert configurations[0].label == "lr 0.01, seed 1"
    done = fitreel(
        *("compare", "--vary", vary[0], "--vary", vary[1], *SHORT, *SMALL, *HERE),
        *("--set", "compare.group=seed", "--set", "compare.layout=overlay", "-o", "g.png"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    facts = read_provenance(tmp_path / "g.png")["film"]
    assert facts["groups"] == ["lr 0.01"] * 3 + ["lr 0.05"] * 3


def test_a_failing_configuration_is_marked_and_the_others_finish(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    command = (
        "compare",
        "--vary",
        "train.lr=0.01,0.1,0.2",
        *SHORT,
        *SMALL,
        "-o",
        "clip.png",
        "-q",
        *HERE,
    )
    assert fitreel(*command).returncode == 0
    broken = visible(tmp_path / "runs")[1]
    chunk = next(broken.glob("snapshots-*"))
    chunk.write_bytes(chunk.read_bytes()[:-1])
    done = fitreel(*command)
    assert done.returncode == 65
    assert len(done.stderr.splitlines()) == 1 and chunk.name in done.stderr
    runs = read_provenance(tmp_path / "clip.png")["runs"]
    assert sum("failed" in run for run in runs) == 1
    away = fitreel(
        *("compare", "--vary", "train.device=cpu,cuda:7"),
        *(*SHORT, *SMALL, *HERE, "-o", "d.png", "-q"),
    )
    assert away.returncode == 69 and "cuda:7" in away.stderr
    assert (tmp_path / "d.png").is_file()
    shutil.rmtree(tmp_path / "runs")
    wrong = fitreel("compare", "--vary", "train.optimizer=SGD,Adamm", *SHORT, "-o", "e.gif")
    assert wrong.returncode == 65 and "Adamm" in wrong.stderr
    assert not (tmp_path / "runs").exists() or not visible(tmp_path / "runs")


def test_records_that_exist_are_compared(fitreel: Fitreel, tmp_path: Path) -> None:
    for number, more in enumerate(
        (
            ["train.epochs=30"],
            ["train.epochs=47", "train.lr=0.1"],
            ["train.epochs=30", "seed=1", "train.snapshot_every=3"],
        )
    ):
        sets = [part for text in more for part in ("--set", text)]
        assert fitreel("train", "-q", *sets, "--run", f"r{number}").returncode == 0
    same = fitreel("render", "r0", "r1", "-o", "a.gif", *SMALL)
    assert (same.returncode, same.stderr) == (0, "")
    assert read_provenance(tmp_path / "a.gif")["film"]["labels"] == [
        "lr 0.05, epochs 30",
        "lr 0.1, epochs 47",
    ]
    other = fitreel("render", "r0", "r2", "-o", "b.gif", *SMALL)
    assert other.returncode == 0
    assert "different data" in other.stderr and len(other.stderr.splitlines()) == 1
    twice = fitreel("render", "r0", "r0", "-o", "c.gif")
    assert twice.returncode == 65 and "same" in twice.stderr
    tiny = fitreel("render", "r0", "r1", "-o", "c.gif", "--set", "film.size=[200,100]")
    assert tiny.returncode == 65 and "smallest" in tiny.stderr
    assert not (tmp_path / "c.gif").exists()


@pytest.mark.parametrize(
    "number", [pytest.param(signal.SIGTERM, marks=pytest.mark.long), signal.SIGKILL]
)
def test_an_interrupted_comparison_goes_on_where_it_was(
    number: signal.Signals, fitreel: Fitreel, tmp_path: Path
) -> None:
    command = (
        "compare",
        "--vary",
        "seed=1,2,3,4",
        "--set",
        "train.epochs=600",
        "--set",
        "train.batch_size=50",
        *SMALL,
        "-o",
        "clip.gif",
        "-q",
    )
    process = subprocess.Popen(
        [*FITREEL, *command, "--workers", "2"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not any("complete" in str(Record(p).ending) for p in visible_runs(tmp_path)):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    process.send_signal(number)
    code = process.wait(30)
    assert code == (128 + number if number == signal.SIGTERM else -number)
    gone_by = time.monotonic() + time_limit(5)
    while children_of_session(process.pid):
        assert time.monotonic() < gone_by
        time.sleep(0.05)
    kept = {p: p.stat().st_mtime_ns for p in (tmp_path / "runs").glob("*/snapshots-00000-*")}
    assert kept
    done = fitreel(*command, *HERE)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(path.stat().st_mtime_ns == when for path, when in kept.items())
    check_whole(tmp_path / "clip.gif")


def visible_runs(tmp_path: Path) -> list[Path]:
    runs = tmp_path / "runs"
    if not runs.is_dir():
        return []
    return [
        path
        for path in visible(runs)
        if list(path.glob("snapshots-*")) and (path / "run.json").exists()
    ]


def children_of_session(session: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (
                    os.getsid(int(entry.name)) == session
                    and b"Z" not in (entry / "stat").read_bytes().rpartition(b")")[2][:3]
                ):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("seed=0..15", tuple(range(16))),
        ("seed=-2..0,7", (-2, -1, 0, 7)),
        ("data.points=10..10", (10,)),
        ("data.file=../a.csv,2024..2025.csv", ("../a.csv", "2024..2025.csv")),
        ('data.file="1..2"', ("1..2",)),
    ],
)
def test_ranges_of_whole_numbers(text: str, values: tuple[object, ...]) -> None:
    assert parse_vary(text)[1] == values


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("seed=3..1", "goes up"),
        ("train.lr=0.1..0.5", "whole numbers"),
        ("seed=0..1.5", "whole numbers"),
        ("seed=0..2..4", "whole numbers"),
        ("seed=0..100000", "up to 100000"),
        ("seed=0..99999999999", "up to 100000"),
    ],
)
def test_what_is_no_range_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        parse_vary(text)
