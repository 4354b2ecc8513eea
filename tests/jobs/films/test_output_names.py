"""What can't be meant as a name is refused before anything is made; a folder has a slash."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure
from support.program import Fitreel

import fitreel as package
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record

SMALL = ("--set", "film.size=[64, 48]", "--set", "film.duration=0.1")
NO_NAMES = {
    "-": "stdout",
    "film": 'a folder of frames: "film/"',
    "film.": "no ending",
    ".mp4": "no ending",
    "talks/{name}": "no ending",
    "there": '"there/"',
    "v1.2": '"v1.2/"',
    "/dev/null": "device",
    "/dev/stdout": "device",
    "/dev/film.mp4": "device",
    "/dev/fd/1": "device",
    "linked.mp4": "device",
    "s3://bucket/film.mp4": "address",
    "pipe:1": "no ending",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "there").mkdir()
    (tmp_path / "v1.2").mkdir()
    (tmp_path / "linked.mp4").symlink_to("/dev/null")
    (tmp_path / "script.py").write_text("raise AssertionError('it ran')")
    return tmp_path


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_name(name: str, fitreel: Fitreel, folder: Path, short_run: Record) -> None:
    before = sorted(folder.rglob("*"))
    for command in (["run"], ["compare", "--vary", "seed=0,1"], ["render", str(short_run.path)]):
        done = fitreel(*command, "-o", "a.mp4", "-o", name)
        assert done.returncode == 65 and NO_NAMES[name] in done.stderr
        assert done.stderr.startswith("fitreel: -o ")
    done = fitreel("film", "script.py", "-o", name)
    assert done.returncode == 65 and NO_NAMES[name].replace("film/", name + "/") in done.stderr
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    "command",
    [
        ("export", "RUN", "-o", "-"),
        ("export", "RUN", "-o", "/dev/numbers.csv"),
        ("compare", "--vary", "seed=0,1", "--table", "/dev/ranking.csv"),
        ("compare", "--vary", "seed=0,1", "--table", "s3://bucket/ranking.csv"),
        ("train", "-o", "-"),
        ("train", "--run", "/dev/run"),
        ("train", "--runs", "s3://bucket/runs"),
        ("ls", "--runs", "-"),
        ("targets", "-o", "/dev/targets.png"),
        ("run", "--log", "-"),
        ("run", "--set", 'film.outputs=["-"]'),
        ("run", "--set", 'film.outputs=["/dev/a.mp4"]'),
        ("run", "--set", 'film.latest="s3://bucket/a.mp4"'),
        ("compare", "--vary", "seed=0,1", "--set", 'compare.table="-"'),
    ],
)
def test_other_places(
    command: tuple[str, ...], fitreel: Fitreel, tmp_path: Path, short_run: Record
) -> None:
    done = fitreel(*(str(short_run.path) if word == "RUN" else word for word in command))
    assert done.returncode == 65 and len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_what_is_one(fitreel: Fitreel, tmp_path: Path, short_run: Record) -> None:
    done = fitreel("render", str(short_run.path), "-o", "film/", "-o", "v1.2/", *SMALL)
    assert (done.returncode, done.stderr) == (0, "")
    assert [len([*(tmp_path / name).iterdir()]) for name in ("film", "v1.2")] == [2, 2]


def test_in_a_job_file_it_stays_a_folder(
    fitreel: Fitreel, tmp_path: Path, short_run: Record
) -> None:
    job = tmp_path / "job.toml"
    film = 'size = [64, 48]\nduration = 0.1\noutputs = ["film", "other/"]\n'
    job.write_text(f"[train]\nepochs = 60\n[film]\n{film}")
    runs = ("--runs", str(short_run.path.parent))
    for command in ("check", "run"):
        done = fitreel(command, "job.toml", *runs)
        assert done.returncode == 0 and "other" not in done.stderr
        assert "warning" in done.stderr and '"film/"' in done.stderr
    assert (
        len(list((tmp_path / "film").iterdir())) == len(list((tmp_path / "other").iterdir())) == 2
    )


def test_from_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short_run: Record) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("film", "-", "/dev/a.mp4"):
        with pytest.raises(BadInput, match=f"^{name}: "):
            package.make_film(short_run.path, name)
        with pytest.raises(BadInput, match=f"^{name}: "):
            package.film(name, Figure())
    assert not [*tmp_path.iterdir()]
    with package.film(Path("film"), Figure((1, 1))) as film:
        film.frame()
    assert [path.name for path in Path("film").iterdir()] == ["00000.png"]
