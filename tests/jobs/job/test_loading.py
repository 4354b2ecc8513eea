"""Jobs: what is right is taken, what is wrong is named with what would be right."""

import json
import tomllib
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.program import DATA

from fitreel.jobs.job.job import dump_job
from fitreel.jobs.job.loading import DEMO, Source, load_job, parse_value, read_job_file
from fitreel.jobs.job.resolve import resolve_job
from fitreel.jobs.job.schema import job_schema as schema
from fitreel.jobs.job.template import template
from fitreel.jobs.job.vary import with_vary
from fitreel.model.errors import BadInput
from fitreel.model.system.toml import read_toml
from fitreel.render.mpl.theme import load_theme


def refused(*assignments: str) -> str:
    with pytest.raises(BadInput) as caught:
        resolve_job(load_job(DEMO, assignments))
    message = str(caught.value)
    assert message.count("\n") <= 1
    return message


def test_an_empty_job_is_the_demo(tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text("")
    empty = load_job(read_job_file(tmp_path / "empty.toml"))
    demo = load_job(DEMO)
    assert empty.job.name == "empty"
    assert empty.job.model_copy(update={"name": "demo"}) == demo.job
    assert resolve_job(empty).fingerprint == resolve_job(demo).fingerprint
    job = demo.job
    assert (job.data.function, job.data.domain, job.data.points) == ("x**3", (-1.0, 1.0), 100)
    assert (job.data.noise, job.network.hidden) == (0.1, (32, 32))
    assert job.network.activation_names == ("relu", "sigmoid")
    assert (job.train.optimizer, job.train.lr, resolve_job(demo).train.loss) == ("SGD", 0.05, "mse")
    assert (job.train.epochs, job.train.snapshot_every) == (4000, 5)
    assert (job.film.pixels, job.film.fps, job.film.outputs) == ((640, 480), 20, ("{name}.mp4",))


@pytest.mark.parametrize(
    ("assignment", "value"),
    [
        ("train.epochs=1e3", 1000),
        ("train.batch_size=64.0", 64),
        ("network.hidden=[1e1, 3.2e1]", (10, 32)),
        ("film.size=[64e1, 480.0]", (640, 480)),
        ('film.captions=[[1e2, "a"]]', ((100, "a"),)),
        ("seed=1e3", 1000),
        ("film.title=2024", "2024"),
        ("film.title=007e0", "007e0"),
        ("film.title=true", "true"),
        ("film.title= 1.50 ", "1.50"),
        ("film.x_label=3", "3"),
        ("data.function=5", "5"),
        ("name=2024", "2024"),
    ],
)
def test_a_value_is_what_its_key_takes(assignment: str, value: object) -> None:
    """A whole number may be written as another number, and on the command line so may a text."""
    setting: object = load_job(DEMO, [assignment]).job
    for part in assignment.partition("=")[0].split("."):
        setting = getattr(setting, part)
    assert setting == value and type(setting) is type(value)


DEEP, DIGITS = ".".join(["a"] * 1000), "9" * 5000
WITHOUT_END = {
    f"{DEEP} = 1": "nested too deeply",
    f"[{DEEP}]": "nested too deeply",
    f"[[ {DEEP.replace('.', ' . ')} ]]": "nested too deeply",
    f"x = {{ {'.'.join(['a'] * 40_000)} = 1 }}": "nested too deeply",
    f"\"a b\".'c'.{DEEP} = 1": "nested too deeply",
    f"x = {'[' * 5000}{']' * 5000}": "nested too deeply",
    f"seed = {DIGITS}": "a whole number is longer",
    f"seed = 0x{DIGITS}": "a whole number is longer",
    f"train.optimizer_args = {{ a = [1, -{DIGITS}] }}": "a whole number is longer",
}


@pytest.mark.parametrize("text", WITHOUT_END, ids=range(len(WITHOUT_END)))
def test_what_is_read_has_an_end(tmp_path: Path, text: str) -> None:
    """As a job, as a theme, on the command line; in the memory of a small multiple of the text."""
    (tmp_path / "a.toml").write_text(text)
    tracemalloc.start()
    for read in (read_job_file, lambda path: load_theme(str(path))):
        with pytest.raises(BadInput, match=WITHOUT_END[text]):
            read(tmp_path / "a.toml")
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()
    key, equals, value = text.partition(" = ")
    if equals:
        assert len(refused(f"{key}={value}")) < 300
        with pytest.raises(BadInput):
            load_job(with_vary(DEMO, [f"{key}=1,{value}"]), [f"{key}={value}"])


def test_dots_in_texts_and_comments_are_no_keys() -> None:
    path = "/".join([".."] * 30) + "/a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.csv"
    for text in (
        f'data.file = "{path}"  # {DEEP}',
        f"data.file = '{path}'",
        f"data.file = '''{path}'''\n'x\"' = \"\"\"\\\"{DEEP}\"\"\" ",
    ):
        assert read_toml(text)["data"]["file"] == path


def test_a_number_in_a_list_is_no_text() -> None:
    assert refused("film.outputs=[3]").endswith("outputs.0 = 3: must be a text, in quotes")


@pytest.mark.parametrize(
    ("assignment", "parts"),
    [
        ("train.lr=fast", ["train.lr", '"fast"', "number"]),
        ("train.lrr=0.1", ["[train]", "lrr", 'did you mean "lr"']),
        ("lr=0.1", ["lr", "belongs in [train]"]),
        ("train.epochs=3.5", ["train.epochs", "3.5", "whole number"]),
        ("train.epochs=0", ["train.epochs", "0", "1"]),
        ("train.epochs=true", ["train.epochs", "true", "whole number"]),
        ("train.lr=nan", ["train.lr", "nan"]),
        ("train.lr=-0.1", ["train.lr", "-0.1", "0"]),
        ("seed=-1", ["seed", "-1"]),
        ("film.size=730p", ["film.size", "730p", "720p"]),
        ("film.size=[1,2]", ["film.size", "smallest is 64 x 48"]),
        ("film.size=[99999,2000]", ["film.size", "8192"]),
        ("film.fps=0", ["film.fps", "0"]),
        ("train.loss=mes", ["train.loss", "mes", "mse"]),
        ("network.style=sub", ["network.style", "subclass"]),
        ("network.hidden=[32,0]", ["network.hidden", "0"]),
        ('network.activations=["relu"]', ["activations", "1 for 2 hidden layers"]),
        ("data.domain=[1,-1]", ["domain", "below"]),
        ("data.function=x+", ["data.function"]),
        ("data.function=__import__('os')", ["data.function"]),
        ("data.function=1/x**0.5", ["data.function", "-1"]),
        ("data.file=missing.csv", ["missing.csv"]),
        ("train.lr.x=1", ["train.lr"]),
        ("train.learning_rate=1", ['did you mean "lr"?']),
        ("learning_rate=1", ['did you mean "lr" in [train]?']),
        ("network.layers=[3]", ['did you mean "hidden"?']),
        ("train.device=gpu", ["gpu", "cuda:1"]),
        ("network.module=x.py", ["x.py", "path/to/file.py:Name"]),
        ("data.domain=[0,1e39]", ["data.domain", "1e+39"]),
        ("data.domain=[0]", ["data.domain", "one more value"]),
        ("train.scheduler=StepLR", ["train.scheduler", "table"]),
        ("nothing", ["KEY=VALUE"]),
        ("train=3", ["train"]),
        ("name=../x", ["name"]),
        ("foo.bar=1", ["foo"]),
    ],
)
def test_wrong_values_name_key_value_and_what_is_right(assignment: str, parts: list[str]) -> None:
    message = refused(assignment)
    for part in parts:
        assert part in message


def test_function_and_file_contradict() -> None:
    assert "function and file" in refused("data.function=x", "data.file=points.csv")


def test_values_are_toml_and_else_strings() -> None:
    assert parse_value("0.1") == 0.1
    assert parse_value("[1, 2]") == [1, 2]
    assert parse_value("true") is True
    assert parse_value("{ name = 'StepLR' }") == {"name": "StepLR"}
    assert parse_value("dark") == "dark"
    assert parse_value("1\nseed = 3") == "1\nseed = 3"
    assert parse_value("") == ""


def test_later_assignments_win_and_seed_is_a_key() -> None:
    assert load_job(DEMO, ["train.lr=0.1", "train.lr=0.2"]).job.train.lr == 0.2
    assert load_job(DEMO, ["seed=1"], seed=2).job.seed == 2


def test_paths_start_at_the_job_or_at_the_command_line(tmp_path: Path) -> None:
    source = Source("job.toml", tmp_path, {"data": {"file": "a.csv"}})
    assert load_job(source).path("data.file", "a.csv") == tmp_path / "a.csv"
    over = load_job(source, ["data.file=b.csv"])
    assert over.path("data.file", "b.csv") == Path("b.csv")


def test_fingerprint_changes_with_numbers_alone() -> None:
    def print_of(*assignments: str) -> str:
        return resolve_job(load_job(DEMO, assignments)).fingerprint

    demo = print_of()
    assert print_of("name=x", "film.fps=30", "film.size=1080p") == demo
    assert print_of('network.activations=["relu", "sigmoid"]') == demo
    assert print_of("data.noise=0.1", "train.lr=0.05") == demo
    changed = [
        "seed=1",
        "data.noise=0.2",
        "network.hidden=[8, 8]",
        "train.lr=0.1",
        "network.style=subclass",
        "train.snapshot_every=10",
        "data.function=x**2",
    ]
    assert len({demo, *map(print_of, changed)}) == len(changed) + 1


def test_kept_records_have_their_jobs_fingerprints_but_for_the_schedule_that_changed() -> None:
    for name in ("demo", "adam", "sine"):
        header = json.loads((DATA / "records" / name / "run.json").read_text())
        resolved_job = resolve_job(load_job(Source(name, Path(), header["job"])))
        is_log = header["job"]["train"].get("snapshot_at") == "log"
        assert (resolved_job.fingerprint != header["fingerprint"]) == is_log == (name == "sine")


def test_what_is_spelled_out_makes_the_same_job_and_holds_no_absolute_path() -> None:
    asked = [
        "train.lr=0.1",
        "train.optimizer_args.momentum=0.9",
        "film.size=[800,600]",
        "name=x",
        'film.outputs=["/abs/olute.mp4"]',
    ]
    values = dump_job(load_job(DEMO, asked).job)
    again = load_job(Source("again", Path(), values)).job
    assert again.train == load_job(DEMO, asked).job.train
    assert again.film.pixels == (800, 600)
    assert "/abs" not in json.dumps(values)


def test_a_comparison_keeps_a_size_that_is_one_runs_default() -> None:
    compares = "compare.vary={seed=[0, 1]}"
    values = dump_job(load_job(DEMO, [compares, "film.size=[640,480]"]).job)
    assert load_job(Source("again", Path(), values)).job.film.given("size")
    assert "film" not in dump_job(load_job(DEMO, [compares]).job)


def test_settings_are_frozen() -> None:
    job = load_job(DEMO).job
    with pytest.raises(ValueError, match="frozen"):
        job.train.lr = 1.0  # type: ignore[misc]


def test_the_template_is_the_demo_and_says_every_key(tmp_path: Path) -> None:
    text = template("mine")
    values = tomllib.loads(text)
    mine = load_job(Source("mine.toml", tmp_path, values))
    assert resolve_job(mine).fingerprint == resolve_job(load_job(DEMO)).fingerprint
    uncommented = "\n".join(
        line[2:] if line.startswith("# ") and " = " in line and line[2].islower() else line
        for line in text.splitlines()
    )
    everything = tomllib.loads(uncommented.replace('function = "x**3"', ""))
    tables = json.loads(schema())["$defs"]
    for table, kind in (
        ("data", "DataSettings"),
        ("network", "NetworkSettings"),
        ("train", "TrainSettings"),
        ("film", "FilmSettings"),
    ):
        keys = set(tables[kind]["properties"]) - {"function"}
        assert keys <= set(everything[table]), table


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = ["name", "seed", "data", "network", "train", "film", "x"]
INNER = [
    "function",
    "file",
    "points",
    "domain",
    "hidden",
    "activations",
    "lr",
    "epochs",
    "size",
    "fps",
    "outputs",
    "delta",
    "zzz",
]


@given(
    st.dictionaries(
        st.sampled_from(KEYS),
        st.dictionaries(st.sampled_from(INNER), json_values, max_size=3) | json_values,
        max_size=4,
    )
)
@settings(max_examples=80, deadline=None)
def test_any_job_is_taken_or_refused_in_one_line(values: dict[str, Any]) -> None:
    try:
        job = load_job(Source("any.toml", Path("/nowhere"), values)).job
    except BadInput as error:
        assert "\n" not in str(error).strip()
    else:
        assert load_job(Source("again", Path("/nowhere"), dump_job(job))).job.train == job.train


@pytest.mark.parametrize(
    ("file", "name"), [("a\nb.toml", "a_b"), (".night.toml", "night"), ("夜 1.toml", "夜 1")]
)
def test_any_job_file_has_a_name(tmp_path: Path, file: str, name: str) -> None:
    (tmp_path / file).touch()
    assert load_job(read_job_file(tmp_path / file)).job.name == name


def test_wrong_files_are_named(tmp_path: Path) -> None:
    cases: dict[str, bytes | None] = {
        "missing.toml": None,
        "broken.toml": b"[train\nlr = 1",
        "binary.toml": b"\xff\xfe\x00",
        "deep.toml": b"x = " + b"[" * 5000 + b"]" * 5000,
    }
    for name, content in cases.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput, match=name):
            load_job(read_job_file(tmp_path / name))
    with pytest.raises(BadInput, match=r"folder|directory"):
        read_job_file(tmp_path)
