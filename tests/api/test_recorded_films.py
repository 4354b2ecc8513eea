"""What loops have recorded is found again by every command: films, comparisons, exports, info."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support.frames import decoded
from support.program import DATA, Fitreel

import fitreel as package
from fitreel.model.record.reader import Record
from fitreel.render.metadata.provenance import read_provenance
from fitreel.render.shown_snapshots import shown_snapshots

RNG = np.random.default_rng(3)
X = RNG.uniform(10, 20, 30)  # in no order, as a user's may be
SMALL = ("--set", "film.size=[320, 240]")


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A curve with metrics, numbers only, more inputs and outputs, and losses below 0."""
    folder = tmp_path_factory.mktemp("records")
    with package.Recorder(folder / "curve", X, np.sin(X), truth=np.sin) as rec:
        for step in range(12):
            prediction = np.sin(X) * step / 12 if step % 4 == 1 else None
            rec.log(step, 1 / (step + 1), prediction, lr=10 ** (-step / 3), **{"val/acc": 0.5})
    with package.Recorder(folder / "numbers", info={"note": "two nets"}) as rec:
        for step in range(12):
            rec.log(step, 1 / (step + 1), gap=step if step % 3 else None)
    points = RNG.random((8, 2))
    with package.Recorder(folder / "wide", points, points, at=points[:3]) as rec:
        for step in range(12):
            rec.log(step, -step, points[:3] * step)
    with package.Recorder(folder / "metrics") as rec:
        for step in range(12):
            rec.log(step, accuracy=step / 12)
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    return [*csv.DictReader(path.read_text().splitlines())]


def pixels(picture: Path) -> Any:
    with Image.open(picture) as image:
        return np.asarray(image.convert("RGB"))


def different(picture: Path, other: Path) -> bool:
    return bool((pixels(picture) != pixels(other)).any())


def test_a_prediction_stays_until_the_next(fitreel: Fitreel, records: Path, tmp_path: Path) -> None:
    done = fitreel("render", str(records / "curve"), "-o", "frames/")
    assert done.returncode == 0, done
    pictures = decoded(tmp_path / "frames").astype(int)
    red = (pictures[..., 0] > 240) & (pictures[..., 1:] < 20).all(axis=-1)
    line = red.copy()
    line[:, 340:] = False  # the text is at the foot
    assert len(pictures) == 12 and not line[0].any()
    for step in range(1, 12):
        assert (line[step] == line[step - 1]).all() == (step % 4 != 1), step
    shown = [each.prediction for each in shown_snapshots(Record(records / "curve"), [0, 3, 5, 4])]
    np.testing.assert_array_equal(shown[1], np.float32(np.sin(X) * 1 / 12))
    np.testing.assert_array_equal(shown[3], shown[1])
    assert np.isnan(shown[0]).all()


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("curve", ("film.theme=dark", 'film.panels=["loss", "metrics", "error"]')),
        ("numbers", ("film.theme=light", "film.title=Numbers", 'film.panels=["metrics"]')),
        pytest.param("numbers", (), marks=pytest.mark.long),
        ("wide", ()),
        ("metrics", ()),
    ],
)
def test_stills(
    fitreel: Fitreel, records: Path, tmp_path: Path, name: str, settings: tuple[str, ...]
) -> None:
    options = [each for setting in settings for each in ("--set", setting)]
    done = fitreel("render", str(records / name), "-o", "a.png", *SMALL, *options)
    assert done.returncode == 0, done.stderr
    assert ("pictures of 2 inputs aren't drawn yet" in done.stdout) == (name == "wide")
    start = fitreel("render", str(records / name), "-o", "b.png", "--at", "0", *SMALL, *options)
    assert start.returncode == 0 and different(tmp_path / "a.png", tmp_path / "b.png")


@pytest.mark.parametrize("theme", [pytest.param("demo", marks=pytest.mark.long), "dark"])
def test_a_loss_is_written_from_the_first_on(fitreel: Fitreel, tmp_path: Path, theme: str) -> None:
    """An untrained network has none yet: that isn't one that is no number."""
    losses = {"some": (None, 0.5, np.nan), "odd": (np.nan, 0.5, 0.4), "none": (None, None, None)}
    for name, values in losses.items():
        with package.Recorder(tmp_path / name, X, X, name="a") as rec:
            for step, loss in enumerate(values):
                rec.log(step, loss, X * step)
        settings = (*SMALL, "--set", f"film.theme={theme}", "--set", "film.panels=[]")
        for step in range(3):
            done = fitreel("render", name, "-o", f"{name}-{step}.png", "--at", f"{step}", *settings)
            assert done.returncode == 0, done.stderr
    pictures = {path.stem: path for path in tmp_path.glob("*.png")}
    if theme == "demo":  # without any loss a themed page has no word for it either
        assert not different(pictures["some-0"], pictures["none-0"])
    assert not different(pictures["some-0"], pictures["odd-0"])
    for step in (1, 2):
        assert different(pictures[f"some-{step}"], pictures[f"none-{step}"]), step


@pytest.mark.parametrize(
    ("name", "arguments", "line"),
    [
        ("numbers", ("--set", 'film.panels=["residuals"]'), "one input and one output"),
        ("curve", ("--set", 'film.panels=["weights"]'), "no weights"),
        ("numbers", ("--set", "film.truth=true"), "no truth is recorded"),
        ("metrics", ("--set", "film.panels=['error']"), "one input, or of a grid of two"),
        ("metrics", ("--set", "film.panels=['loss']"), "loss: this record has none"),
        ("metrics", ("-o", "a.srt"), "subtitles tell of the loss"),
        ("numbers", ("-o", "a.pdf"), "a sheet shows predictions, and this film shows numbers"),
    ],
)
def test_what_was_not_recorded_is_named(
    fitreel: Fitreel, records: Path, name: str, arguments: tuple[str, ...], line: str
) -> None:
    done = fitreel("render", str(records / name), "-o", "a.png", *arguments)
    assert done.returncode == 65 and line in done.stderr, done


def test_a_job_has_no_metrics(fitreel: Fitreel) -> None:
    done = fitreel("run", "--set", 'film.panels=["metrics"]', "--set", "train.epochs=1")
    assert done.returncode == 65 and "metrics: this record has none" in done.stderr


@pytest.mark.parametrize("names", [("curve",), ("curve", "numbers")])
def test_nobody_trains_the_demo_over_such_a_film(
    fitreel: Fitreel, records: Path, tmp_path: Path, names: tuple[str, ...]
) -> None:
    runs = [str(records / name) for name in names]
    assert fitreel("render", *runs, "-o", "a.png").returncode == 0
    content = (tmp_path / "a.png").read_bytes()
    assert "job" not in read_provenance(tmp_path / "a.png")  # which an older fitreel looks for
    done = fitreel("run", "a.png")
    assert done.returncode == 65 and "recorded by a program of yours" in done.stderr
    assert (tmp_path / "a.png").read_bytes() == content
    assert "recorded by: a program of yours" in fitreel("info", "a.png").stdout
    assert "up to date" in fitreel("render", *runs, "-o", "a.png").stdout


def test_nobody_trains_the_demo_over_a_comparison_of_records(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    """They were trained by jobs, but which isn't in the film: its own job is an empty one."""
    runs = [str(DATA / "records" / name) for name in ("relu", "tanh")]
    assert fitreel("render", *runs, "-o", "a.png").returncode == 0
    content = (tmp_path / "a.png").read_bytes()
    done = fitreel("run", "a.png", "--set", "train.epochs=1")
    assert done.returncode == 65 and "render them again" in done.stderr
    assert (tmp_path / "a.png").read_bytes() == content


def test_comparisons_of_whatever_was_recorded(
    fitreel: Fitreel, records: Path, tmp_path: Path
) -> None:
    demo = str(DATA / "records" / "demo")
    curve, numbers, wide, metrics = (
        str(records / name) for name in ("curve", "numbers", "wide", "metrics")
    )
    for number, runs in enumerate(
        [(curve, demo), (numbers, metrics), (curve, numbers, wide, metrics, demo)]
    ):
        done = fitreel(
            "render", *runs, "-o", f"{number}.png", "--table", f"{number}.csv", "--force"
        )
        assert done.returncode == 0, done.stderr
        assert pixels(tmp_path / f"{number}.png").shape == (1080, 1920, 3)
    rows = {row["label"]: row for row in rows_of(tmp_path / "2.csv")}
    assert [row["label"] for row in rows_of(tmp_path / "0.csv")] == [
        "demo", "curve",
    ]  # fmt: skip
    assert rows["curve"]["parameters"] == rows["curve"]["epochs_to_delta"] == ""
    assert rows["metrics"]["final_loss"] == rows["metrics"]["rank"] == ""
    assert float(rows["wide"]["final_loss"]) == -11 and rows["wide"]["rank"] == "1"
    done = fitreel("render", curve, numbers, "-o", "a.png", "--set", "compare.layout=grid")
    assert done.returncode == 65 and 'layout = "overlay"' in done.stderr


def test_exports(fitreel: Fitreel, records: Path, tmp_path: Path) -> None:
    for name in ("curve", "numbers", "wide"):
        done = fitreel("export", str(records / name), "-o", f"{name}.csv", "-o", f"{name}.npz")
        assert done.returncode == 0, done.stderr
    run = package.Run(records / "curve")
    with np.load(tmp_path / "curve.npz") as arrays:
        assert (arrays["x"] == run.x).all() and arrays["x"].dtype == np.float64
        np.testing.assert_array_equal(arrays["val/acc"], run.metrics["val/acc"])
        np.testing.assert_array_equal(arrays["prediction"], run.prediction)
    rows = rows_of(tmp_path / "curve.csv")
    assert [*rows[0]] == ["x", "y", "epoch", "loss", "prediction", "seconds", "lr", "val/acc"]
    assert rows[0]["prediction"] == ""
    assert np.float32(rows[30]["prediction"]) == run.prediction[1, 0]
    assert float(rows[-1]["lr"]) == run.metrics["lr"][-1] and float(rows[0]["x"]) == X[0]
    rows = rows_of(tmp_path / "numbers.csv")
    seconds = rows[0].pop("seconds")
    assert rows[0] == {"epoch": "0", "loss": "1.0", "gap": ""} and len(rows) == 12
    assert float(seconds) >= 0
    rows = rows_of(tmp_path / "wide.csv")
    assert [*rows[0]] == [
        "x1", "x2", "y1", "y2", "epoch", "loss", "prediction1", "prediction2",
        "seconds",
    ]  # fmt: skip
    with np.load(tmp_path / "wide.npz") as arrays:
        assert arrays["prediction"].shape == (12, 3, 2) and arrays["grid"].shape == (3, 2)


def test_info(fitreel: Fitreel, records: Path) -> None:
    def facts(name: str) -> dict[str, Any]:
        return json.loads(fitreel("info", str(records / name), "--json").stdout)  # type: ignore[no-any-return]

    curve, numbers = facts("curve"), facts("numbers")
    assert curve["recorded_by"] == "a program of yours" and "job" not in curve
    assert curve["last_metrics"] == {"lr": 10 ** (-11 / 3), "val/acc": 0.5}
    assert curve["ending"] == "complete" and curve["inputs"] == ["x"]
    assert numbers["info"] == {"note": "two nets"} and numbers["inputs"] == []
    assert facts("wide")["outputs"] == ["y1", "y2"]


def test_the_recorders_own_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a loop that goes on: all that was logged by then."""
    monkeypatch.chdir(tmp_path)
    rec = package.Recorder("deep/a b", X, X, name="../a name")
    for step in range(3):
        rec.log(step, 1.0, X * step, lr=0.1)
    path = rec.film("a.gif", size=(96, 64), title=None)
    assert path == Path("a.gif") and "<img" in path._repr_html_()  # type: ignore[attr-defined]
    rec.log(3, 1.0, X)
    assert len(decoded(rec.film("a.gif", size=(96, 64)))) == 4
    Path("mine.gif").write_text("a thesis")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        rec.film("mine.gif")
    rec.close()
