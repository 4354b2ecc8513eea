"""`fitreel film`: what it runs, as what, and what it refuses."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.program import DATA, Fitreel
from support.scripts import PAINT, clean_environment, film_script, film_words, write_script

from fitreel.jobs.runtime.locks import locked

ONE = """
fig = figure()
paint(fig, 1)
plt.show()
"""


def test_it_runs_a_script_as_python_does(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    write_script(
        tmp_path / "below",
        """
        import json, os, pickle
        import neighbour
        assert pickle.loads(pickle.dumps(figure)) is figure
        assert not {"numpy", "matplotlib"} & before
        facts = [__name__, __file__, sys.argv, sys.path[0], str(__spec__), os.environ, sys.flags]
        print(json.dumps([*map(str, facts), sys.stdin.read(), os.getcwd(), sorted(vars())]))
        """,
    )
    script = tmp_path / "below" / "script.py"
    script.write_text("import sys; before = {*sys.modules}\n" + script.read_text())
    (tmp_path / "below" / "neighbour.py").write_text("")
    words = ["below/script.py", "--", "-o", "mine", "--", "a b"]
    environment = clean_environment() | {"MPLBACKEND": "agg"}
    filmed = film_words(tmp_path, *words, environment=environment, stdin="typed")
    plain = subprocess.run(
        [sys.executable, *words[:1], *words[2:]],
        cwd=tmp_path,
        env=environment,
        input="typed",
        capture_output=True,
        text=True,
        check=True,
    )
    assert filmed.stdout == plain.stdout
    assert filmed.code == 65 and not (tmp_path / "below.mp4").exists()


def test_the_whole_command(tmp_path: Path) -> None:
    """A module, files of several kinds, further figures and a log."""
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text(
        "import importlib.util\nassert importlib.util.find_spec('matplotlib')\n"  # as pandas asks
        + PAINT
        + """
from package import number
if __name__ == "__main__":
    assert __spec__.name == "package.__main__" and sys.argv[1:] == ["-x"], sys.argv
    one, two = figure(), figure()
    for k in (1, 2, 3):
        paint(one, k)
        paint(two, 10 * k)
        plt.pause(0.1)
"""
    )
    (package / "number.py").write_text("")
    (tmp_path / "a-2").mkdir()
    (tmp_path / "a-2" / "mine.txt").write_text("")
    words = ["-m", "package", "-o", "a/", "-o", "{name}.gif", "--log", "log.txt", "-q", "--", "-x"]
    done = film_words(tmp_path, *words)
    assert (done.code, done.stdout, done.stderr) == (0, "", ""), done.stderr
    assert done.numbers("a") == [1, 2, 3]
    assert done.numbers("a-3") == [10, 20, 30], "a-2 is somebody else's"
    assert (tmp_path / "package.gif").exists() and (tmp_path / "package-2.gif").exists()
    assert "a-3: 3 frames, 0.3 s" in (tmp_path / "log.txt").read_text()
    done = film_words(tmp_path, *words)
    assert done.code == 0 and not (tmp_path / "a-4").exists(), "its own of last time"


def test_without_the_command(tmp_path: Path) -> None:
    write_script(
        tmp_path,
        """
        import os, subprocess
        if sys.argv[1:] != ["started"]:
            fig = figure()
            for number in (1, 2):
                paint(fig, number)
                plt.pause(0.1)
            subprocess.run([sys.executable, "script.py", "started"], check=True)
        else:
            figure()
            plt.show()
            sys.exit()
        raise ValueError
        """,
    )
    done = _run_uncommanded(tmp_path, "film/")
    assert done.returncode == 1 and done.stderr.count("Traceback") == 1, done.stderr
    assert done.stderr.endswith("fitreel: film: 2 frames, 0.2 s\n")
    assert len(list((tmp_path / "film").iterdir())) == 2

    (tmp_path / "mine.gif").write_text("a letter")
    for out, words in {"film.avi": "unknown ending '.avi'", "mine.gif": "did not make"}.items():
        done = _run_uncommanded(tmp_path, out)
        assert done.returncode == 1 and words in done.stderr.splitlines()[-1]
        assert "figure()" in done.stderr, "at its first figure, not when it has ended"


def _run_uncommanded(folder: Path, out: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "script.py"],
        cwd=folder,
        env=clean_environment() | {"MPLBACKEND": "module://fitreel.backend", "FITREEL_OUT": out},
        capture_output=True,
        text=True,
        check=False,
    )


def test_refused_before_anything_runs(tmp_path: Path, fitreel: Fitreel) -> None:
    write_script(tmp_path, "open('ran', 'w')")
    (tmp_path / "job.toml").write_text("")
    (tmp_path / "mine.mp4").write_text("mine")
    shutil.copy(DATA / "films" / "demo.gif", tmp_path)
    shutil.copytree(DATA / "films" / "demo", tmp_path / "frames")
    for words, code, line in [
        (["none.py"], 65, "none.py: there is no such script"),
        (["job.toml"], 65, "job.toml is a job, not a script: fitreel run job.toml"),
        (["demo.gif"], 65, "fitreel run demo.gif"),
        (["frames"], 65, "fitreel run frames"),
        (["mine.mp4"], 65, "mine.mp4 is not a Python script"),
        ([], 2, "which one? or -m MODULE"),
        (["script.py", "-o", "a.xyz"], 65, "unknown ending"),
        (["script.py", "-o", "a.srt"], 65, "a.srt"),
        (["script.py", "-o", "mine.mp4"], 65, "mine.mp4 is there"),
        (["script.py", "-o", "a.gif", "-o", "./a.gif"], 65, "one file in the end"),
        (["script.py", "-o", "script.py/a.gif"], 74, "script.py"),
        (["script.py", "-o", "{nam}.gif"], 65, "{name}"),
        (["script.py", "-o", "{seed}.gif"], 65, "a script has no {seed}"),
        (["script.py", "--fps", "0"], 2, "--fps"),
        (["script.py", "--on", "never"], 2, "--on"),
    ]:
        done = fitreel("film", *words)
        assert done.returncode == code and line in done.stderr, (words, done.stderr)
    assert not (tmp_path / "ran").exists()


def test_a_film_that_another_process_makes(tmp_path: Path, fitreel: Fitreel) -> None:
    write_script(tmp_path, "")
    with locked(tmp_path / "a.gif", "film"):
        done = fitreel("film", "script.py", "-o", "a.gif")
    assert done.returncode == 75 and "a.gif: another process" in done.stderr


@pytest.mark.parametrize("name", ["none.such", "json.such", "json.decoder.such"])
def test_no_such_module(tmp_path: Path, name: str) -> None:
    done = film_script(tmp_path, "", script=name, is_module=True)
    assert done.code == 65 and done.stderr == f"fitreel: {name}: there is no such module\n"


def test_no_ffmpeg(tmp_path: Path) -> None:
    write_script(tmp_path, "open('ran', 'w')")
    done = film_words(tmp_path, "script.py", environment={"IMAGEIO_FFMPEG_EXE": "/none"})
    assert done.code == 69 and "ffmpeg" in done.stderr
    assert not (tmp_path / "ran").exists()


def test_run_names_the_command_for_scripts(tmp_path: Path, fitreel: Fitreel) -> None:
    write_script(tmp_path, "")
    done = fitreel("run", "script.py")
    assert done.returncode == 65 and "fitreel film script.py" in done.stderr
    done = fitreel("run", str(DATA / "records" / "relu"))
    assert done.returncode == 65 and "is a record, not a job: fitreel render" in done.stderr


def test_a_film_names_its_script_and_not_what_it_was_given(
    tmp_path: Path, fitreel: Fitreel
) -> None:
    film_script(tmp_path, ONE, "secret", outputs=[f"{tmp_path}/a.gif", f"{tmp_path}/a.png"])
    for name in ("a.gif", "a.png"):
        done = fitreel("info", name)
        assert "made by: your script script.py" in done.stdout
        assert "secret" not in done.stdout and os.fspath(tmp_path) not in done.stdout
        done = fitreel("run", name)
        assert done.returncode == 65 and "script.py" in done.stderr, done.stderr


@pytest.mark.long
def test_a_disk_that_is_full_is_said_and_the_script_goes_on(tmp_path: Path) -> None:
    write_script(
        tmp_path,
        """
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        fig = figure()
        for number in range(30):
            if number == 15:
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
            paint(fig, number)
            plt.pause(0.1)
        print("end")
        """,
    )
    done = film_words(tmp_path, "script.py", "-o", "out/")
    assert (done.code, done.stdout) == (74, "end\n"), done.stderr
    assert done.stderr.count("\n") <= 2 and not (tmp_path / "out").exists()


@pytest.mark.long
def test_workers_that_are_spawned_see_the_script(tmp_path: Path) -> None:
    write_script(
        tmp_path,
        """
        import multiprocessing
        def square(value):
            return value * value
        if __name__ == "__main__":
            fig = figure()
            plt.pause(0.1)
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                paint(fig, *pool.map(square, [3]))
            plt.pause(0.1)
        """,
    )
    done = film_words(tmp_path, "script.py", "-o", "out/")
    assert (done.code, done.numbers()) == (0, [255, 9]), done.stderr


@pytest.mark.parametrize("script", ["def f(:", "1 / 0"])
def test_a_broken_script_is_told_as_python_tells_it(tmp_path: Path, script: str) -> None:
    (tmp_path / "script.py").write_text(script)
    filmed = film_words(tmp_path, "script.py")
    plain = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert filmed.code == plain.returncode == 1
    plain_text = plain.stderr.replace(f'File "{tmp_path}/script.py"', 'File "script.py"')
    assert filmed.stderr.startswith(plain_text), filmed.stderr
