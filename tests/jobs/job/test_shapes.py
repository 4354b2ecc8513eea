"""Jobs of several inputs, outputs and classes, from outside: what is read, recorded and refused."""

import json
from dataclasses import replace
from pathlib import Path

import imageio.v3
import numpy as np
import pytest
from support.program import Fitreel, train_here

import fitreel as fitreel_api
from fitreel.jobs.films.shape_checks import page_facts
from fitreel.jobs.job.loading import DEMO, load_job
from fitreel.jobs.job.resolve import resolve_job
from fitreel.jobs.train.record_size import warning_of_size
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.render.single.page_facts import facts_of_record

QUICK = ("--set", "train.epochs=3", "--set", "network.hidden=[2]")
FLOWERS = "sepal;petal;hue;species\n" + "".join(
    f"{n / 10:.1f};{n % 7};red;{('setosa', 'iris', 'rose')[n % 3]}\n" for n in range(30)
)


def sets(*assignments: str) -> list[str]:
    return [part for text in assignments for part in ("--set", text)]


def fingerprint(*assignments: str) -> str:
    return resolve_job(load_job(DEMO, assignments)).fingerprint


def test_a_table_of_classes_is_read_recorded_told_and_exported(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    (tmp_path / "flowers.csv").write_text(FLOWERS)
    job = sets("data.file=flowers.csv", "data.label=species", "data.validation=0.2")
    done = fitreel("train", *job, *QUICK, "--run", "r")
    assert done.returncode == 0, done.stderr
    assert (
        "30 rows: 'sepal' from 0 to 2.9, 'petal' from 0 to 6, 'species' of 3 classes ('iris',"
        " 'rose', 'setosa')" in done.stdout
    )
    record = Record(tmp_path / "r")
    assert record.header.classes == ("iris", "rose", "setosa")
    assert record.x.shape == (24, 2) and record.y.dtype == np.int64
    assert record.validation is not None and len(record.validation[0]) == 6
    assert record.header.grid_shape and len(record.prediction_x) == np.prod(
        record.header.grid_shape
    )
    (first, *_) = record.snapshots()
    np.testing.assert_allclose(first.prediction.sum(1), 1, rtol=1e-5)
    assert {*record.metrics} == {"accuracy", "val_loss", "val_accuracy"}
    run = fitreel_api.Run(tmp_path / "r")
    assert (run.inputs, run.outputs) == (("sepal", "petal"), ("species",))
    assert run.classes == record.header.classes and run.grid_shape == record.header.grid_shape
    assert run.prediction.shape == (len(run), np.prod(run.grid_shape), 3)
    assert run.validation is not None and run.validation[1].shape == (6,)
    facts = json.loads(fitreel("info", "r", "--json").stdout)
    assert (facts["inputs"], facts["outputs"]) == (["sepal", "petal"], ["species"])
    assert facts["classes"] == ["iris", "rose", "setosa"] and facts["validation_points"] == 6
    assert facts["data"]["classes"] == {"iris": 10, "rose": 10, "setosa": 10}
    assert fitreel("export", "r", "-o", "r.npz", "-o", "r.csv").returncode == 0
    with np.load(tmp_path / "r.npz") as arrays:
        assert arrays["classes"].tolist() == ["iris", "rose", "setosa"]
        assert arrays["prediction"].shape[1:] == (len(record.prediction_x), 3)
        assert arrays["validation_x"].shape == (6, 2)
    again = fitreel("train", *job, *QUICK, "--run", "r")
    assert "already trained" in again.stdout


def test_labels_are_numbered_by_name_numbers_by_value(fitreel: Fitreel, tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("a,b,digit\n1,2,10\n2,2,9.0\n3,1,9\n4,4,2\n")
    done = fitreel("train", *sets("data.file=n.csv", "data.label=3"), *QUICK, "--run", "r")
    assert done.returncode == 0, done.stderr
    assert "the classes are numbers with gaps, 2, 9, 10: 3 classes all the same" in done.stderr
    record = Record(tmp_path / "r")
    assert record.header.classes == ("2", "9", "10") and record.y.tolist() == [2, 1, 1, 0]
    arrays = {"X": np.arange(12.0).reshape(4, 3), "kind": np.array(["b", "a", "a", "c"])}
    np.savez(tmp_path / "a.npz", **arrays)
    keys = sets("data.file=a.npz", "data.label=kind")
    assert fitreel("train", *keys, *QUICK, "--run", "s").returncode == 0
    record = Record(tmp_path / "s")
    assert record.y.tolist() == [1, 0, 0, 2]
    assert [column.name for column in record.header.inputs] == ["X1", "X2", "X3"]
    np.testing.assert_array_equal(record.x, arrays["X"])


def test_rows_without_a_class(fitreel: Fitreel, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b,kind\n1,2,u\n2,2,\n3,1,v\n4,,v\n5,5,u\n")
    keys = sets("data.file=a.csv", "data.label=kind")
    refused = fitreel("train", *keys, *QUICK)
    assert refused.returncode == 65
    drop = fitreel("train", *keys, *sets("data.missing=drop"), *QUICK, "--run", "r")
    assert drop.returncode == 0 and "3 rows, 2 left out" in drop.stdout
    (tmp_path / "a.csv").write_text("a,b,kind\n1,2,u\n2,2,NA\n3,1,v\n")
    refused = fitreel("train", *keys, *QUICK)
    assert refused.returncode == 65
    assert "line 3: column 'kind' is empty; a class is needed, or data.missing" in refused.stderr


def test_columns_in_any_order_and_number(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("hours;temp;note;yield;cost\n1,5;20;a;0,5;1\n2,5;21;b;0,25;2\n")
    keys = ('data.inputs=["temp", 1]', 'data.outputs=["cost", "yield"]')
    points = resolve_job(load_job(DEMO, (f"data.file={path}", *keys))).points
    assert points is not None
    assert points.x.tolist() == [[20, 1.5], [21, 2.5]]
    assert points.y.tolist() == [[1, 0.5], [2, 0.25]]
    assert (points.inputs, points.outputs) == (("temp", "hours"), ("cost", "yield"))


def test_what_is_the_same_job_has_the_same_fingerprint(tmp_path: Path) -> None:
    heart = "sin(pi*x)**3", "(13*cos(pi*x) - 5*cos(2*pi*x) - 2*cos(3*pi*x) - cos(4*pi*x))/16"
    assert fingerprint("data.function=heart") == fingerprint(f"data.function={json.dumps(heart)}")
    assert fingerprint('data.function=["x**3"]') == fingerprint()
    assert fingerprint("train.loss=mse") == fingerprint()
    assert fingerprint("data.function=xor") != fingerprint("data.function=where(x*y < 0, 1, 0)")
    xor = "data.function=where(x*y < 0, 1, 0)", "data.classes=2"
    assert fingerprint("data.function=xor") == fingerprint(*xor)
    pairs = "data.domain=[[0, 1], [0, 1]]"
    assert fingerprint("data.function=x*y", pairs) != fingerprint("data.function=x*y")
    one = "data.function=x*y", "data.domain=[0, 1]"
    assert fingerprint("data.function=x*y", pairs) == fingerprint(*one)
    assert fingerprint("data.function=x", pairs) != fingerprint("data.function=x", one[1])
    listed = resolve_job(load_job(DEMO, ("data.function=x*y", pairs)))
    before = "fd05154b5867"  # its record of before is found as well
    assert any(each.startswith(before) for each in listed.other_fingerprints)
    usual = "data.domain=[[-1, 1], [-1, 1]]"
    assert fingerprint("data.function=x*y", usual) == fingerprint("data.function=x*y")
    file = tmp_path / "own.py"
    file.write_text("def loss(p, y): return (p - y).abs().mean()\n")
    first = fingerprint(f"train.loss={file}:loss")
    (tmp_path / "other").mkdir()
    file.rename(tmp_path / "other" / "same.py")
    assert fingerprint(f"train.loss={tmp_path / 'other' / 'same.py'}:loss") == first
    file.write_text("def loss(p, y): return (p - y).square().mean()\n")
    assert fingerprint(f"train.loss={file}:loss") != first


def write_bad_files(folder: Path) -> None:
    rng = np.random.default_rng(0)
    imageio.v3.imwrite(folder / "clear.png", rng.integers(0, 255, (4, 4, 4), np.uint8))
    imageio.v3.imwrite(folder / "wide.png", np.zeros((2, 600, 3), np.uint8))
    imageio.v3.imwrite(folder / "p.png", rng.integers(0, 255, (4, 4, 3), np.uint8))
    (folder / "no.jpg").write_bytes(b"no picture")
    (folder / "cut.png").write_bytes((folder / "p.png").read_bytes()[:60])
    (folder / "one.csv").write_text("a,b,kind\n1,2,u\n2,2,u\n")
    (folder / "left.csv").write_text("a,b,kind\n1,2,x\n2,3,x\n3,1,x\n4,4,y\n")
    many = "".join(f"{n},{n},k{n}\n" for n in range(51))
    (folder / "many.csv").write_text(f"a,b,kind\n{many}")
    (folder / "flat.csv").write_text("a,b,c\n1,2,3\n1,4,5\n1,6,0\n")
    columns = [f"c{n}" for n in range(66)]
    (folder / "wide.csv").write_text(",".join([*columns, "kind"]) + "\n" + "1," * 66 + "u\n" * 1)
    np.savez(folder / "rows.npz", x=np.zeros((4, 2)), y=np.zeros(3))
    np.savez(folder / "cube.npz", x=np.zeros((4, 2, 2)), y=np.zeros(4))


BAD = [
    (["data.file=clear.png"], "clear.png: its colours have alpha (transparency)"),
    (["data.file=wide.png"], "wide.png: the picture is 600 x 2 pixels; at most 512 x 512"),
    (["data.file=no.jpg"], "no.jpg: this picture can't be read: it is no PNG or JPEG"),
    (["data.file=cut.png"], "cut.png: this picture can't be read"),
    (["data.file=p.png", "data.grid=20"], "data.grid: a picture is looked at in its pixels"),
    (["data.file=p.png", "data.label=a"], "p.png: data.label is for tables; leave it out"),
    (["data.file=p.png", "train.loss=cross_entropy"], "train.loss = cross_entropy: of classes"),
    (["data.file=one.csv", "data.label=kind"], "column 'kind' is 'u' in every row; two classes"),
    (["data.file=many.csv", "data.label=kind"], "column 'kind' has 51 different values"),
    (["data.file=many.csv", "data.label=kin"], 'did you mean "kind"?'),
    (["data.file=many.csv", "data.label=kind", 'data.inputs=["kind"]'], "are the same column"),
    (
        ["data.file=flat.csv", 'data.inputs=["a", "b"]', 'data.outputs=["c"]',
         "data.standardize=true"],
        "data.standardize: a is 1 at every point",
    ),
    (["data.file=flat.csv", 'data.inputs=["a", "b", "a"]', 'data.outputs=["c"]'], "a column twice"),
    (["data.file=wide.csv", "data.label=kind"], "66 inputs; there may be 64 at most"),
    (["data.file=rows.npz"], "array 'x' has 4 values and array 'y' 3; as many are needed"),
    (["data.file=cube.npz"], "array 'x' has shape (4, 2, 2); (N,) or (N, columns) is needed"),
    (["data.function=x1 + x65"], "the inputs are x1 to x64"),
    (["data.function=" + json.dumps(["x"] * 21)], "21 outputs; there may be 20 at most"),
    (["data.function=x + x1"], "the inputs are x and x1; write x and y, or x1, x2"),
    (["data.function=x*y", "data.domain=[[0, 1]]"], "2 inputs, and data.domain has 1 pair"),
    (["data.domain=[]"], "domain: its first and its last point are needed, as [-1, 1]"),
    (["data.function=1/(x*y*0)"], "is -inf at x = "),
    (["data.function=x + y", "data.classes=3"], "data.classes = 3: the formula gives"),
    (["data.function=0*x", "data.classes=2"], "class 0 at every point; two classes are needed"),
    (["data.function=moons", "data.classes=3"], "data.classes = 3: moons are 2 classes"),
    (["data.function=moons", "data.domain=[0, 1]"], "'moons' has places of its own"),
    (["data.function=moons", "train.loss=mse"], "train.loss = mse: of numbers, and these data are"),
    (["data.function=gaussians", "train.loss=bce"], "of two classes, and there are 3"),
    (["train.loss=bce"], "train.loss = bce: of classes, and these data are numbers"),
    (["data.function=moons", "train.metrics=[\"r2\"]"], "train.metrics: r2 is of numbers"),
    (["data.validation=0.001"], "of 100 points 0 are kept aside, which leaves none aside"),
    (
        ["data.file=left.csv", "data.label=kind", "data.validation=0.5", "seed=1"],
        "of 2 points to learn from each is of class x; two classes are needed",
    ),
    (["data.validation=0.999"], "100 are kept aside, which leaves none to learn from"),
    (["data.function=x*y", "data.grid=600"], "data.grid = 600: over two inputs at most 512"),
    (["data.function=x1 + x3", "data.grid=9"], "predictions over 3 inputs are looked at in the"),
    (["data.scale=2"], "data.scale: only a picture has pixels"),
    (["data.function=moon"], "neither a named function nor a formula in x; did you mean 'moons'?"),
    (["network.activations=sine", "network.init=zeros"], "sine layers have a start of their own"),
    (["network.features={kount=3}"], "network.features.kount: there is no such key; did you mean"),
]  # fmt: skip


@pytest.mark.parametrize(("assignments", "message"), BAD, ids=lambda value: str(value)[:40])
def test_what_does_not_fit_is_refused_before_training(
    fitreel: Fitreel, tmp_path: Path, assignments: list[str], message: str
) -> None:
    write_bad_files(tmp_path)
    done = fitreel("train", *sets(*assignments))
    assert done.returncode == 65 and message in done.stderr, done.stderr
    assert len(done.stderr.splitlines()) <= 2 and not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("assignments", "output", "message"),
    [
        (["film.panels=['residuals']"], "a.mp4", "film.panels: residuals: of the views fit"),
        (["film.panels=['gradients']"], "a.mp4", "film.panels: gradients: of the views fit"),
        (["film.limits=frame"], "a.mp4", 'film.limits = "frame": of the fit of one curve'),
        (["film.panels=['residuals']"], "a.mp4", "regions, which can have loss, metrics, units"),
        (["film.panels=['error']"], "a.mp4", "film.panels: error: these data have no noiseless"),
        (
            ["film.view=confusion", "film.panels=['units']"],
            "a.mp4",
            "this one shows confusion, which can have loss, metrics, weights",
        ),
        (
            ["film.panels=['units', 'loss', 'metrics']", "film.size=[400, 300]"],
            "a.mp4",
            "film.panels: there is no room for 3 beside a field of 400 x 300",
        ),
        (["film.view=numbers"], "a.pdf", "a.pdf: a sheet shows predictions, and this film shows"),
        (
            ["film.view=fit"],
            "a.mp4",
            "film.view: fit: doesn't fit these data; what does: regions or",
        ),
    ],
)
def test_what_films_of_fields_cannot_have_is_refused_before_training(
    fitreel: Fitreel, tmp_path: Path, assignments: list[str], output: str, message: str
) -> None:
    done = fitreel("run", *sets("data.function=moons", *assignments), "-o", output)
    assert done.returncode == 65 and message in done.stderr, done.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("assignments", "message"),
    [
        (
            ["data.function=gaussians", "data.classes=10"],
            "may take 325 MB, 801 snapshots of 101,482",
        ),
        (
            ["data.function=x*y", "data.grid=500", "train.snapshot_every=8"],
            "or a smaller data.grid",
        ),
        (["data.function=x*y"], None),
        (["data.points=1000000", "train.snapshot_every=1000"], None),
        (["data.points=1000000", "train.snapshot_every=80"], "train.snapshot_every = 160 makes it"),
    ],
)
def test_a_record_that_will_be_large_is_told_before_training(
    assignments: list[str], message: str | None
) -> None:
    line = warning_of_size(resolve_job(load_job(DEMO, assignments)))
    assert line is None if message is None else line is not None and message in line, line


def test_a_large_record_is_told_once(fitreel: Fitreel, tmp_path: Path) -> None:
    large = sets(
        "data.points=300000", "train.epochs=200", "train.snapshot_every=1", "train.delta=9"
    )
    done = fitreel("train", *large)
    assert done.returncode == 0 and "the demo: the record may take 242 MB" in done.stderr
    assert "may take" not in fitreel("train", *large).stderr


def test_films_of_them_have_pictures_of_their_own(fitreel: Fitreel, tmp_path: Path) -> None:
    job = sets("data.function=moons", "data.validation=0.3")
    done = fitreel("run", *job, *QUICK, "-o", "a.png", *sets("film.panels=['loss', 'metrics']"),
                   "-o", "a.pdf", "-o", "a.srt", "-o", "a.vtt")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")
    subtitles = [(tmp_path / f"a.{ending}").read_text() for ending in ("srt", "vtt")]
    assert all("of 70 on the wrong side." in text for text in subtitles)
    assert "aren't drawn yet" not in done.stdout
    heart = fitreel("run", *sets("data.function=heart"), *QUICK, "-o", "b.png")
    assert heart.returncode == 0 and "aren't drawn yet" not in heart.stdout
    assert len(imageio.v3.imread(tmp_path / "a.png")) == 480
    one = fitreel("run", *QUICK, "-o", "c.png", *sets("film.panels=['metrics']"))
    assert one.returncode == 65 and "film.panels: metrics: this record has none" in one.stderr
    r2 = sets("film.panels=['metrics']", "train.metrics=['r2']")
    assert fitreel("run", *QUICK, "-o", "d.png", *r2).returncode == 0


def test_a_comparison_of_them_shows_their_losses(fitreel: Fitreel, tmp_path: Path) -> None:
    vary = sets(
        "data.function=heart", 'compare.vary={"train.lr"=[0.1, 0.2]}', "train.engine=batched"
    )
    done = fitreel("run", *vary, *QUICK, "-o", "a.png", "--workers", "1")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("key", ["network.module", "train.loss"])
def test_own_code_is_never_run_on_the_word_of_a_film(
    fitreel: Fitreel, tmp_path: Path, key: str
) -> None:
    (tmp_path / "own.py").write_text(
        "import pathlib\npathlib.Path(__file__).with_suffix('.ran').touch()\n"
        "import torch\nclass Net(torch.nn.Linear):\n"
        "    def __init__(self): super().__init__(1, 1)\n"
        "def loss(p, y): return (p - y).square().mean()\n"
    )
    name = "Net" if key == "network.module" else "loss"
    (tmp_path / "job.toml").write_text("[train]\nepochs = 3\n")
    made = fitreel("run", "job.toml", *sets(f"{key}=own.py:{name}"), "-o", "f.png")
    assert made.returncode == 0 and (tmp_path / "own.ran").exists()
    (tmp_path / "own.ran").unlink()
    for arguments in (["run", "f.png", "--force"], ["render", "runs/*", "-o", "g.png"]):
        if arguments[0] == "render":
            arguments[1] = str(next((tmp_path / "runs").glob("job-*")))
        done = fitreel(*arguments)
        assert not (tmp_path / "own.ran").exists()
        if arguments[0] == "run":
            assert done.returncode == 65 and f"{key}: code is never loaded" in done.stderr
        else:
            assert done.returncode == 0


def test_an_own_loss_needs_no_torch_to_be_refused() -> None:
    with pytest.raises(BadInput, match=r"train\.loss: cannot read"):
        resolve_job(load_job(DEMO, ["train.loss=gone.py:loss"]))


@pytest.mark.parametrize(("data", "view"), [
    (["data.function=peaks", "data.domain=[[-2, 2], [-1, 1]]"], "field"),
    (["data.function=moons", "data.validation=0.25"], "regions"),
    (["data.function=heart", "data.grid=60"], "plane"),
    (['data.function=["x1 + x2*x3", "x1"]'], "scatter"),
    (["data.file=sea.png", "data.scale=2"], "picture"),
])  # fmt: skip
def test_a_page_is_laid_out_by_what_the_record_will_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: list[str], view: str
) -> None:
    monkeypatch.chdir(tmp_path)
    imageio.v3.imwrite(
        "sea.png", np.zeros((4, 7, 3), np.uint8) + np.arange(7, dtype=np.uint8)[:, None]
    )
    settings = [*data, "network.hidden=[2]", "train.epochs=2"]
    settings += [] if view == "picture" else ["data.points=60"]
    before = page_facts(resolve_job(load_job(DEMO, settings)), view)
    after = facts_of_record(train_here(tmp_path, *settings), view)
    if view == "field":
        assert before.aspect == pytest.approx(after.aspect, rel=0.1)
    assert replace(before, aspect=1.0) == replace(after, aspect=1.0)
