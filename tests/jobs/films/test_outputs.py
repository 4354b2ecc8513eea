"""Where outputs go: what stands in their way, what is one file in the end, what names a place."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from support.forged_record import write
from support.forked import forge
from support.program import Fitreel

from fitreel.model.record.reader import Record
from fitreel.render.metadata.provenance import read_provenance
from fitreel.render.output.ffmpeg import ffmpeg_path
from fitreel.render.output.open_writer import open_writer
from fitreel.render.output.output import Output

SMALL = ("--set", "film.size=[128,96]")
TINY = ("--set", "train.epochs=10", *SMALL)
FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSansMono.ttf"
SUBTITLE = "1\n00:00:00,000 --> 00:00:02,000\nGood morning.\n\n"


def refused(done: "subprocess.CompletedProcess[str]", *parts: str, code: int = 65) -> None:
    assert done.returncode == code and done.stdout == "", done
    assert 1 <= len(done.stderr.splitlines()) <= 2 and "Traceback" not in done.stderr, done
    assert all(part in done.stderr for part in parts), done.stderr


def files(folder: Path) -> dict[str, bytes]:
    """All that can be seen, but for records."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".") and "runs" not in path.parts
    }


# What stands in the way


def somebodys(path: Path) -> None:
    """A file of this kind that fitreel had nothing to do with."""
    if path.suffix in (".mp4", ".webm", ".gif"):
        source = ("-f", "lavfi", "-i", "color=red:s=64x48:d=0.2")
        subprocess.run([ffmpeg_path(), "-v", "error", *source, str(path)], check=True)
    elif path.suffix == ".png":
        import imageio.v3 as iio

        iio.imwrite(path, np.zeros((48, 64, 3), np.uint8))
    elif path.suffix == ".npz":
        np.savez(path, x=np.zeros(3))
    else:
        texts = {".srt": SUBTITLE, ".vtt": "WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n\n",
                 ".csv": "x,y\n1,2\n", ".pdf": "%PDF-1.4\n%%EOF\n", ".svg": "<svg/>",
                 ".json": "[{}]", ".md": "# Notes\n"}  # fmt: skip
        path.write_text(texts[path.suffix])


def command_for(record: str, name: str) -> tuple[str, ...]:
    """Makes the output `name` of one record, or of the demo's comparison."""
    if name.startswith("rank"):
        return ("compare", "--vary", "seed=1,2", "--set", "train.epochs=5", "--workers", "1",
                "--set", "film.size=[960,540]", "-o", "clip.png", "--table", name)  # fmt: skip
    if name.startswith("numbers"):
        return ("export", record, "-o", name)
    if name.startswith("targets"):
        return ("targets", "-o", name)
    sheet = ("--sheet", "1x1") if name.startswith("page") else ()
    return ("render", record, "-o", name, *SMALL, *sheet)


FILMS = ("a.mp4", "a.webm", "a.gif", "a.png")
SHEET = pytest.param("targets.png", marks=pytest.mark.long)
NO_ROOM = ("a.srt", "a.vtt", "page.pdf", "page.svg", "page.png", "numbers.csv", "numbers.npz",
           SHEET, "rank.csv", "rank.md", "rank.json")  # fmt: skip
SLOW = ("page.pdf", "page.png", "rank.csv", "rank.md")
FEW_WITHOUT_ROOM = [
    pytest.param(name, marks=pytest.mark.long) if name in SLOW else name for name in NO_ROOM
]
"""Pages and rankings are long in the making; one of the three shows the same."""


@pytest.mark.parametrize("name", [*FILMS, *FEW_WITHOUT_ROOM])
def test_what_is_somebodys_stays(
    fitreel: Fitreel, short_run: Record, tmp_path: Path, name: str
) -> None:
    somebodys(tmp_path / name)
    theirs = (tmp_path / name).read_bytes()
    command = command_for(str(short_run.path), name)
    refused(fitreel(*command), name, "--force")
    assert files(tmp_path) == {name: theirs} and not (tmp_path / "runs").exists()
    assert fitreel(*command, "--force").returncode == 0
    assert (tmp_path / name).read_bytes() != theirs
    # Now it is ours: other settings replace it.
    assert fitreel(*command, *(("--force",) if name.startswith("rank") else ())).returncode == 0


@pytest.mark.parametrize("name", FEW_WITHOUT_ROOM)
def test_what_was_corrected_by_hand_stays(
    fitreel: Fitreel, short_run: Record, tmp_path: Path, name: str
) -> None:
    command = command_for(str(short_run.path), name)
    assert fitreel(*command).returncode == 0
    ours = (tmp_path / name).read_bytes()
    assert fitreel(*command).returncode == 0
    corrected = ours[:-2] + b"x" + ours[-1:]
    (tmp_path / name).write_bytes(corrected)
    refused(fitreel(*command), name, "changed")
    assert (tmp_path / name).read_bytes() == corrected
    (tmp_path / name).write_bytes(ours)
    assert fitreel(*command).returncode == 0


@pytest.mark.parametrize("name", FEW_WITHOUT_ROOM)
def test_what_has_no_mark_is_replaced_once(
    fitreel: Fitreel, short_run: Record, tmp_path: Path, name: str
) -> None:
    """As the version before left it: of the form, and without a digest beside it."""
    command = command_for(str(short_run.path), name)
    assert fitreel(*command).returncode == 0
    mark = tmp_path / f".{name}.fitreel"
    path = tmp_path / name
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert mark.read_text() == f"fitreel-sha256:{digest}\n"
    mark.unlink()
    path.write_bytes(older(path))
    for warnings in (1, 0):
        done = fitreel(*command)
        assert done.returncode == 0 and done.stderr.count("no mark") == warnings, done
    assert mark.exists()


def older(path: Path) -> bytes:
    """The same with other numbers."""
    content = path.read_bytes()
    if path.suffix == ".npz":
        with zipfile.ZipFile(path) as archive:
            arrays = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w") as archive:
            for name, array in arrays.items():
                archive.writestr(name, array[:-1] + b"\1")
        return path.read_bytes()
    if path.suffix == ".json":
        return json.dumps(json.loads(content)[:1]).encode()
    at = len(content) * 2 // 3
    return content[:at] + content[at:].replace(b"0", b"1").replace(b"\0", b"\1")


def test_a_kill_between_mark_and_file_blocks_nobody(
    fitreel: Fitreel, short_run: Record, tmp_path: Path
) -> None:
    """The mark names what was there and what comes, so both are ours."""
    command = ("render", str(short_run.path), "-o", "a.srt")
    assert fitreel(*command).returncode == 0
    old = (tmp_path / "a.srt").read_bytes()
    assert fitreel(*command, "--set", "film.language=de").returncode == 0
    (tmp_path / "a.srt").write_bytes(old)
    done = fitreel(*command, "--set", "film.language=fr")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory, short_run: Record) -> Callable[[str], Path]:
    """A film of ours by its name, made once. Read only."""
    folder = tmp_path_factory.mktemp("films")

    def film(name: str) -> Path:
        if not (folder / name).exists():
            made = Output(str(folder / name), provenance={"job": {}})
            with open_writer(made, (64, 48), 20) as output:
                rng = np.random.default_rng(0)
                for _ in range(3):
                    output.write(rng.integers(0, 255, (48, 64, 4), np.uint8))
        return folder / name

    return film


@pytest.mark.parametrize("name", FILMS)
def test_a_film_that_another_program_wrote_anew_stays(
    fitreel: Fitreel, short_run: Record, tmp_path: Path, frames: Callable[[str], Path], name: str
) -> None:
    """It keeps the comment, and has no seal any more."""
    film = tmp_path / name
    if name == "a.png":
        content = frames(name).read_bytes()
        at = content.index(b"tEXtseal") - 4
        film.write_bytes(content[:at] + content[-12:])
    else:
        subprocess.run(
            [ffmpeg_path(), "-v", "error", "-i", str(frames(name)), "-map_metadata", "0",
             *(("-c", "copy") if name != "a.gif" else ()), str(film)],
            check=True,
        )  # fmt: skip
        if name == "a.gif":  # ffmpeg writes no comment into a GIF
            content, ours = film.read_bytes(), frames(name).read_bytes()
            comment = re.search(rb'\x21\xfe.\{"fitreel".*?\x00', ours, re.DOTALL)
            assert comment is not None
            film.write_bytes(content[:-1] + comment[0] + content[-1:])
    assert b'{"fitreel":' in film.read_bytes()
    theirs = film.read_bytes()
    refused(fitreel("render", str(short_run.path), "-o", name, *SMALL), name, "--force")
    assert film.read_bytes() == theirs


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.long) if n == "a.webm" else n for n in FILMS],
)
def test_a_damaged_film_of_ours_is_made_again(
    fitreel: Fitreel, short_run: Record, tmp_path: Path, frames: Callable[[str], Path], name: str
) -> None:
    whole = frames(name).read_bytes()
    half = whole[: len(whole) * 3 // 4]
    for content in (
        half,
        half + bytes(len(whole) - len(half)),
        whole[:40] if name != "a.gif" else whole[: whole.index(b'{"fitreel"') + 200],
        whole.replace(b'{"fitreel"', b'{"fitrexl"'),
        whole.replace(b"fitreel-sha256", b"fitrexl-sha256"),
        b"",
    ):
        (tmp_path / name).write_bytes(content)
        done = fitreel("render", str(short_run.path), "-o", name, *SMALL)
        assert (done.returncode, done.stderr) == (0, ""), content[-100:]


def test_frames_that_were_retouched_stay(
    fitreel: Fitreel, short_run: Record, tmp_path: Path, frames: Callable[[str], Path]
) -> None:
    shutil.copytree(frames("frames/"), tmp_path / "frames")
    somebodys(tmp_path / "frames" / "00001.png")
    before = files(tmp_path)
    command = ("render", str(short_run.path), "-o", "frames/", *SMALL)
    for more in ((), ("--force",)):
        refused(fitreel(*command, *more), "00001.png", "empty")
        assert files(tmp_path) == before
    (tmp_path / "frames" / "00001.png").unlink()
    assert fitreel(*command).returncode == 0


# Two that are one file in the end


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.gif", "a.gif"),
        ("a.gif", "./sub/../a.gif"),
        ("a.gif", "link.gif"),
        ("here/a.gif", "there/a.gif"),
        ("out/", "out/still.png"),
        ("out/", "there/../out/"),
        ("a.srt", "here/../a.srt"),
    ],
)
def test_two_outputs_of_one_job(fitreel: Fitreel, tmp_path: Path, first: str, second: str) -> None:
    for folder in ("here", "sub"):
        (tmp_path / folder).mkdir()
    (tmp_path / "there").symlink_to("here")
    (tmp_path / "link.gif").symlink_to("a.gif")
    refused(fitreel("run", "-o", first, "-o", second), first, second)
    (tmp_path / "job.toml").write_text(f"[film]\noutputs = {json.dumps([first, second])}\n")
    refused(fitreel("run", "job.toml", "--wait"), first, Path(second).name)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("how", ["name", "link", "folder", "table", "latest", "subtitles"])
def test_two_jobs_with_one_output(fitreel: Fitreel, tmp_path: Path, how: str) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "other").symlink_to(".")
    (tmp_path / "link.gif").symlink_to("clip.gif")
    first, second = {
        "name": ('outputs = ["clip.gif"]', 'outputs = ["../clip.gif"]'),
        "link": ('outputs = ["clip.gif"]', 'outputs = ["../link.gif"]'),
        "folder": ('outputs = ["frames/"]', 'outputs = ["../other/frames/one.png"]'),
        "table": ('[compare]\ntable = "r.md"\nvary = { seed = [1, 2] }',
                  '[compare]\ntable = "../r.md"\nvary = { seed = [3, 4] }'),
        "latest": ('outputs = ["{name}-{date}.gif"]\nlatest = "clip.gif"',
                   'outputs = ["../clip.gif"]'),
        "subtitles": ('outputs = ["x.gif", "a.srt"]', 'outputs = ["../a.srt"]'),
    }[how]  # fmt: skip
    (tmp_path / "a.toml").write_text(f"[train]\nepochs = 4\n[film]\n{first}\n")
    (tmp_path / "b" / "c.toml").write_text(f"[train]\nepochs = 8\n[film]\n{second}\n")
    (tmp_path / "d.toml").write_text('[train]\nepochs = 5\n[film]\noutputs = ["d.png"]\n')
    done = fitreel("run", "a.toml", "b/c.toml", "d.toml", "missing.toml", "--wait", "-q")
    assert done.returncode == 65
    lines = done.stderr.splitlines()
    assert len(lines) == 3 and "missing.toml" in lines[-1], lines
    assert all("a.toml: " in line and "b/c.toml: " in line for line in lines[:2]), lines
    assert set(files(tmp_path)) == {"a.toml", "b/c.toml", "d.toml", "d.png"}
    assert len(list((tmp_path / "runs").glob("[!.]*"))) == 1, "only of the job that is alone"


def test_a_job_that_is_given_twice_makes_its_film_once(fitreel: Fitreel, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[train]\nepochs = 4\n[film]\noutputs = ["a.png"]\n')
    done = fitreel("run", "a.toml", "./a.toml")
    assert done.returncode == 0 and "a.png: up to date" in done.stdout


def test_no_output_takes_the_place_of_data_or_records(fitreel: Fitreel, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("x,y\n0,1\n1,2\n")
    data = ("--set", "data.file=d.csv", "--vary", "seed=1,2", "-o", "a.png")
    refused(fitreel("compare", *data, "--table", "d.csv", "--force"), "data.file", "d.csv")
    refused(fitreel("run", "-o", "runs/", *TINY), "--runs")
    assert set(files(tmp_path)) == {"d.csv"} and not (tmp_path / "runs").exists()


def test_exports_and_tables_that_are_one(
    fitreel: Fitreel, short_run: Record, tmp_path: Path
) -> None:
    (tmp_path / "b.csv").symlink_to("a.csv")
    refused(fitreel("export", str(short_run.path), "-o", "a.csv", "-o", "b.csv"), "a.csv", "b.csv")
    tables = ("--table", "a.csv", "--table", "b.csv")
    refused(fitreel("compare", "--vary", "seed=1,2", *tables), "a.csv", "b.csv")
    assert not files(tmp_path) and not (tmp_path / "runs").exists()


# Names


@pytest.mark.parametrize(
    ("name", "meant"),
    [("{nmae}.mp4", "name"), ("{dat}.gif", "date"), ("{Seed}/", "seed"), ("{ time }.srt", "time"),
     ("{name}-{date:%H}.mp4", "date")],
)  # fmt: skip
def test_a_placeholder_with_a_slip(fitreel: Fitreel, tmp_path: Path, name: str, meant: str) -> None:
    refused(fitreel("run", "-o", name), name, f'did you mean "{meant}"?')
    for key in ("outputs", "latest"):
        value = f'["{name}"]' if key == "outputs" else f'"{name}"'
        (tmp_path / "job.toml").write_text(f"[film]\n{key} = {value}\n")
        refused(fitreel("run", "job.toml"), "job.toml", f"film.{key}", f'"{meant}"')
    (tmp_path / "job.toml").write_text(f'[compare]\nvary.seed = [1, 2]\ntable = "{name}.md"\n')
    refused(fitreel("run", "job.toml"), "job.toml", "compare.table", f'"{meant}"')
    refused(fitreel("compare", "job.toml", "--table", f"{name}.md"), "--table")
    assert not (tmp_path / "runs").exists()


def test_placeholders_are_filled_in_wherever_a_place_is_named(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    (tmp_path / "job.toml").write_text(
        'name = "~{date}"\n[train]\nepochs = 4\n[film]\nsize = [960, 540]\n'
        'outputs = ["{name}-{seed}-{1,2}.png"]\nlatest = "{seed}.png"\n'
        '[compare]\nvary."train.lr" = [0.1, 0.2]\ntable = "t-{seed}.md"\n'
    )
    done = fitreel("run", "job.toml", "--seed", "7", "-q", "--workers", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert set(files(tmp_path)) == {"job.toml", "~{date}-7-{1,2}.png", "7.png", "t-7.md"}


def test_keep_needs_names_that_differ(fitreel: Fitreel, tmp_path: Path) -> None:
    job = tmp_path / "job.toml"
    job.write_text("[train]\nepochs = 4\n[film]\nsize = [128, 96]\nkeep = 2\n")
    for outputs in ('["{name}.png"]', '["{date}/{seed}.png"]'):
        job.write_text(f"[film]\nkeep = 2\noutputs = {outputs}\n")
        refused(fitreel("run", "job.toml"), "film.keep = 2", "{date}")
    refused(fitreel("run", *TINY, "--set", "film.keep=1", "-o", "a.png"), "film.keep", "{time}")
    assert not (tmp_path / "runs").exists()
    # What is asked for instead of the job's own outputs is no night's.
    job.write_text('[film]\nkeep = 2\noutputs = ["{date}.png"]\n')
    assert fitreel("run", "job.toml", *TINY, "-o", "a.png", "-q").returncode == 0


def test_a_missing_folder_is_made(fitreel: Fitreel, short_run: Record, tmp_path: Path) -> None:
    (tmp_path / "job.toml").write_text(
        '[train]\nepochs = 4\n[film]\nsize = [960, 540]\noutputs = ["clips/{date}/{name}.png"]\n'
        'latest = "newest/l.png"\n[compare]\nvary.seed = [1, 2]\ntable = "tables/t.md"\n'
    )
    record = str(short_run.path)
    for command in (
        ("run", "job.toml", "--runs", "r/r", "--workers", "1"),
        ("render", record, "-o", "a/b/c.srt", "-o", "d/e/", *SMALL),
        ("export", record, "-o", "f/g/n.csv"),
        ("new", "i/job.toml"),
    ):
        done = fitreel(*command)
        assert (done.returncode, done.stderr) == (0, ""), done
    made = {name.split("/")[0] for name in files(tmp_path)}
    assert made == {"job.toml", "clips", "newest", "tables", "r", "a", "d", "f", "i"}


def test_the_first_folder_that_cannot_be_made_is_named(
    fitreel: Fitreel, short_run: Record, tmp_path: Path
) -> None:
    (tmp_path / "mine").write_text("a file")
    record = str(short_run.path)
    for command in (
        ("run", "-o", "mine/b/c.gif"),
        ("compare", "--vary", "seed=1,2", "--table", "mine/b/t.md"),
        ("render", record, "-o", "mine/b/c.srt"),
        ("export", record, "-o", "mine/b/n.csv"),
        ("targets", "-o", "mine/b/t.png"),
        ("new", "mine/b/job.toml"),
    ):
        refused(fitreel(*command), f"there is no folder {tmp_path / 'mine'},", code=74)
    assert set(files(tmp_path)) == {"mine"} and not (tmp_path / "runs").exists()


# A stranger's record or film


PLACES: dict[str, Any] = {
    "outputs": ["family.png", "Documents/thesis.pdf", "holiday.mp4", "/tmp/owned.gif"],
    "latest": "family.png",
    "keep": 1,
}


def strangers(folder: Path, like: Record, film: dict[str, Any], **job: Any) -> None:
    def header(values: dict[str, Any]) -> dict[str, Any]:
        return values | {"job": values["job"] | {"film": film} | job}

    write(folder, like, header)


def strangers_film(path: Path, job: dict[str, Any]) -> None:
    with open_writer(Output(str(path), provenance={"job": job}), (64, 48), 20) as output:
        output.write(np.zeros((48, 64, 4), np.uint8))


def private(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"my {name}")
    return files(folder)


def test_a_record_names_no_place(fitreel: Fitreel, short_run: Record, tmp_path: Path) -> None:
    size = {"size": [128, 96]}
    table = {"vary": {"seed": [1, 2]}, "table": "notes.md"}
    strangers(tmp_path / "r", short_run, size | PLACES, name="a: {nmae}*", compare=table)
    mine = private(tmp_path, ("family.png", "Documents/thesis.pdf", "holiday.mp4", "notes.md"))
    for _ in range(2):
        done = fitreel("render", "r", "--force")
        assert (done.returncode, done.stderr) == (0, ""), done
        assert files(tmp_path).items() > mine.items()
        assert set(files(tmp_path)) - set(mine) == {"a_ {nmae}_.mp4"}
    # What the command line says is the user's own word.
    done = fitreel("render", "r", "--set", 'film.outputs=["{seed}.png"]', "-q")
    assert done.returncode == 0 and (tmp_path / "0.png").exists(), done


@pytest.mark.parametrize("name", ["~root", "-rf", "x" * 100, "漢" * 100, "~", "*"])
def test_any_name_of_a_job_is_a_file_s(
    fitreel: Fitreel, short_run: Record, tmp_path: Path, name: str
) -> None:
    strangers(tmp_path / "r", short_run, {"size": [128, 96]}, name=name)
    done = fitreel("render", "r", "-q")
    assert (done.returncode, done.stderr) == (0, ""), done
    (made,) = set(files(tmp_path)) - {f"r/{path.name}" for path in (tmp_path / "r").iterdir()}
    assert made.endswith(".mp4") and made[0] not in "-~."


def test_a_film_names_no_place(fitreel: Fitreel, tmp_path: Path) -> None:
    mine = private(tmp_path, ("family.png", "Documents/thesis.pdf", "holiday.mp4", "notes.md"))
    job = {"train": {"epochs": 2}, "film": PLACES | {"size": [128, 96]}}
    strangers_film(tmp_path / "a.gif", job)
    assert fitreel("run", "a.gif", "--force", "-q").returncode == 0
    assert files(tmp_path).items() > mine.items()
    assert set(files(tmp_path)) - set(mine) == {"a.gif"}
    assert read_provenance(tmp_path / "a.gif")["runs"], "made again"


@pytest.mark.parametrize(
    ("key", "text"),
    [("font", "/etc/passwd"), ("font", "/proc/self/mem"), ("font", "mine.ttf"),
     ("font", "fonts/mine"), ("font", "~/x"), ("theme", "mine.toml"), ("theme", "/etc/x.toml")],
)  # fmt: skip
def test_a_strangers_font_or_theme_is_not_opened(
    fitreel: Fitreel, short_run: Record, tmp_path: Path, key: str, text: str
) -> None:
    film = {"size": [320, 240], key: text}
    strangers(tmp_path / "r", short_run, film)
    shutil.copy(FONT, tmp_path / "mine.ttf")
    (tmp_path / "mine.toml").write_text('base = "dark"\n')
    refused(fitreel("render", "r", "-o", "a.png"), f"film.{key} = ", "--set ", f"film.{key}={text}")
    strangers_film(tmp_path / "a.gif", {"train": {"epochs": 2}, "film": film})
    refused(fitreel("run", "a.gif"), f"film.{key} = ", "--set ", f"film.{key}={text}")
    assert not (tmp_path / "runs").exists()
    if Path(text).parent == Path() and "." in text:
        given = ("--set", f"film.{key}={text}")
        done = fitreel("render", "r", "-o", "a.png", *given, "-q")
        assert (done.returncode, done.stderr) == (0, ""), done
    assert fitreel("render", "r", "-o", "a.srt", "-q").returncode == 0, "it has neither"


def test_outputs_are_bounded(fitreel: Fitreel, short_run: Record, tmp_path: Path) -> None:
    many = [f"{number}.gif" for number in range(65)]
    strangers(tmp_path / "r", short_run, {"outputs": many, "size": [128, 96]})
    options = [part for name in many for part in ("-o", name)]
    refused(fitreel("render", "r", *options), "65 outputs", "64")
    (tmp_path / "job.toml").write_text(f"[film]\noutputs = {json.dumps(many)}\n")
    refused(fitreel("run", "job.toml"), "job.toml", "65 outputs", "64")
    assert not (tmp_path / "runs").exists()
    assert fitreel("render", "r", "-q").returncode == 0, "its own outputs aren't followed"


def test_a_table_on_the_command_line_is_not_a_pass_for_a_strangers_panel(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    """`network` in a panel is none of the `network.module` that the user gave."""
    for name in ("evil", "good"):
        text = f"open('{name}-ran', 'w')\nimport torch\nNet = lambda: torch.nn.Linear(1, 1)\n"
        (tmp_path / f"{name}.py").write_text(text)
    panels = [{"network": [{"module": "evil.py:Net"}]}]
    vary = {"network": [{"module": "evil.py:Net"}, {"module": "evil.py:Net", "hidden": [3]}]}
    for compare in ({"vary": vary}, {"panel": panels}):
        job = {"train": {"epochs": 2}, "film": {"size": [960, 540]}, "compare": compare}
        strangers_film(tmp_path / "a.gif", job)
        for given in ("network.module=good.py:Net", 'network={module = "good.py:Net"}'):
            assert fitreel("run", "a.gif", "--set", given, "-q").returncode == 65
    assert not (tmp_path / "evil-ran").exists()


# A job file is its user's own


def test_paths_in_a_job_start_at_the_job_file(fitreel: Fitreel, tmp_path: Path) -> None:
    jobs = tmp_path / "jobs"
    (jobs / "look").mkdir(parents=True)
    shutil.copy(FONT, jobs / "look" / "mine.ttf")
    (jobs / "look" / "mine.toml").write_text('base = "dark"\nprediction = "#222222"\n')
    (jobs / "job.toml").write_text(
        '[train]\nepochs = 4\n[film]\nsize = [640, 480]\noutputs = ["a.png"]\n'
        'font = "look/mine.ttf"\ntheme = "look/mine.toml"\ntitle = "T"\n'
    )
    done = fitreel("run", "jobs/job.toml", "-q")
    assert done.returncode == 0, done
    first = (jobs / "a.png").read_bytes()
    assert "up to date" in fitreel("run", "jobs/job.toml").stdout
    # A file of the same name with something else in it is another look.
    shutil.copy(FONT.with_name("DejaVuSerif.ttf"), jobs / "look" / "mine.ttf")
    again = forge("run", "jobs/job.toml", cwd=tmp_path)
    assert again.code == 0 and "up to date" not in again.stdout
    assert (jobs / "a.png").read_bytes() != first


def test_a_film_says_no_absolute_path_of_a_font_or_theme(
    fitreel: Fitreel, short_run: Record, tmp_path: Path
) -> None:
    (tmp_path / "mine.toml").write_text('base = "dark"\n')
    given = ("--set", f"film.font={FONT}", "--set", f"film.theme={tmp_path / 'mine.toml'}")
    assert fitreel("render", str(short_run.path), "-o", "a.png", *given).returncode == 0
    text = json.dumps(read_provenance(tmp_path / "a.png"))
    assert FONT.name in text and "mine.toml" in text
    assert str(FONT.parent) not in text and str(tmp_path) not in text
    assert os.sep + "home" not in text


def test_a_home_that_is_not_there_is_no_bug(fitreel: Fitreel, tmp_path: Path) -> None:
    for key in ('outputs = ["~nobody-at-all/a.png"]', 'latest = "~nobody-at-all/a.mp4"',
                'font = "~nobody-at-all/a.ttf"', 'theme = "~nobody-at-all/a.toml"'):  # fmt: skip
        (tmp_path / "job.toml").write_text(f"[film]\n{key}\n")
        refused(fitreel("run", "job.toml"), "job.toml", "nobody-at-all")
