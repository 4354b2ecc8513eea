"""How a script ends, and what of its films is there then."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from support.program import FITREEL
from support.scripts import clean_environment, film_script, write_script

rare = pytest.mark.long

SHOWS = """
fig = figure()
for number in (1, 2):
    paint(fig, number)
    plt.pause(0.1)
"""


def test_a_script_that_fails_keeps_its_code_its_traceback_and_its_film(tmp_path: Path) -> None:
    done = film_script(
        tmp_path,
        SHOWS
        + """
def deep():
    raise ValueError("mine")
timer = fig.canvas.new_timer(10)
timer.add_callback(deep)
timer.start()
plt.pause(1)
""",
    )
    assert (done.code, done.numbers()) == (1, [1, 2])
    assert done.stderr.count("ValueError: mine") == 1
    files = re.findall(r'File "(.+?)"', done.stderr)
    # Named as it was given; between its lines only matplotlib's.
    assert [file for file in files if "matplotlib" not in file] == ["script.py"] * 2, done.stderr


@pytest.mark.parametrize(
    ("end", "code", "line"),
    [
        ("sys.exit(3)", 3, ""),
        ("sys.exit('why')", 1, "why\n"),
        ("sys.exit()", 0, ""),
        ("raise KeyboardInterrupt", 130, "KeyboardInterrupt\n"),
        ("def wrong(:", 1, "SyntaxError"),
    ],
)
def test_the_exit_code_is_the_scripts(tmp_path: Path, end: str, code: int, line: str) -> None:
    done = film_script(tmp_path, f"{SHOWS}\n{end}\n")
    assert done.code == code and line in done.stderr, done.stderr
    if line != "SyntaxError":
        assert done.numbers() == [1, 2]


def test_threads_and_exit_functions_still_show(tmp_path: Path) -> None:
    done = film_script(
        tmp_path,
        """
        import atexit, threading, time
        fig = figure()
        def last():
            assert __name__ == "__main__" and sys.modules["__main__"].fig is fig
            paint(fig, 3)
            plt.pause(0.1)
        def thread():
            time.sleep(0.1)
            paint(fig, 2)
        atexit.register(last)
        paint(fig, 1)
        plt.pause(0.1)
        threading.Thread(target=thread).start()
        """,
    )
    assert (done.code, done.numbers()) == (0, [1, 3]), done.stderr


def test_the_limit_raises_ctrl_c_and_the_second_time_ends(tmp_path: Path) -> None:
    script = """
    fig = figure()
    for number in range(100):
        paint(fig, number)
        try:
            plt.pause(0.1)
        except KeyboardInterrupt:
            print("out", number, flush=True)
            {way}
    """
    done = film_script(tmp_path, script.format(way="break"), limit=0.5)
    assert (done.code, done.stdout, done.numbers()) == (0, "out 4\n", [0, 1, 2, 3, 4])
    assert "--limit" in done.stderr
    done = film_script(tmp_path, script.format(way="pass"), limit=0.5)
    assert (done.code, done.stdout, done.numbers()) == (0, "out 4\n", [0, 1, 2, 3, 4])
    done = film_script(tmp_path, script.format(way="sys.exit(1)"), limit=0.25)
    assert (done.code, done.numbers()) == (0, [0, 1, 2])
    done = film_script(tmp_path, script.format(way="raise"), limit=0.25)
    assert (done.code, done.numbers()) == (0, [0, 1, 2])
    assert "Traceback" not in done.stderr
    done = film_script(tmp_path, script.format(way="1 / 0"), limit=0.25)
    assert (done.code, done.numbers()) == (1, [0, 1, 2])


@rare
def test_pauses_that_are_no_moments_end_too(tmp_path: Path) -> None:
    script = "fig = figure(); plt.savefig('a.png')\nwhile True: plt.pause(0.1)"
    done = film_script(tmp_path, script, moments="save")
    assert (done.code, len(done.numbers())) == (0, 10) and "100000 waits" in done.stderr


@rare
def test_a_wait_that_nobody_ends(tmp_path: Path) -> None:
    done = film_script(
        tmp_path,
        """
        fig = figure()
        for number in (1, 2):
            paint(fig, number)
            plt.pause(0.1)
        while True:
            fig.canvas.flush_events()
        """,
    )
    assert (done.code, done.numbers()) == (0, [1, 2])
    assert "nobody" in done.stderr


@pytest.mark.parametrize(
    ("script", "options", "line"),
    [
        ("figure()", {}, "showed nothing"),
        ("figure().savefig('a.png'); plt.savefig('b.png')", {}, "saved 2 figures: --on save"),
        ("figure().canvas.draw()", {}, "drew 1 time: --on draw"),
        ("import turtle", {}, "turtle"),
        ("import os; os.environ.get('DISPLAY')", {}, "DISPLAY"),
        ("figure(); plt.show()", {"moments": "save"}, "showed nothing"),
        ("plt.ion(); fig, ax = plt.subplots(); plt.show(); ax.plot([1])", {}, "showed nothing"),
    ],
)
def test_a_script_that_shows_nothing_says_what_it_did(
    tmp_path: Path, script: str, options: dict[str, str], line: str
) -> None:
    done = film_script(tmp_path, script, **options)
    assert done.code == 65 and line in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert not (tmp_path / "out").exists()
    done = film_script(tmp_path, f"{script}\nsys.exit(4)", **options)
    assert done.code == 4 and line in done.stderr


@pytest.mark.parametrize("end", ["import no_such_thing", "1 / 0", "sys.exit('wrong usage')"])
def test_a_script_that_fails_first_is_told_nothing_of_what_it_lacks(
    tmp_path: Path, end: str
) -> None:
    done = film_script(tmp_path, f"{end}\nfigure(); plt.show()")
    assert done.code == 1 and "showed nothing before it ended with code 1" in done.stderr
    assert "plt.show()," not in done.stderr


@pytest.mark.parametrize("end", ["os._exit(5)", "os.kill(os.getpid(), 9)"])
def test_a_script_that_ends_at_once_leaves_no_film(tmp_path: Path, end: str) -> None:
    done = film_script(tmp_path, f"{SHOWS}\nimport os; {end}")
    assert done.code == (5 if "5" in end else -9)
    assert not (tmp_path / "out").exists()


def test_processes_that_a_script_starts_show_nothing(tmp_path: Path) -> None:
    done = film_script(
        tmp_path,
        SHOWS
        + """
import os, subprocess
child = os.fork()
if not child:
    for number in range(40, 60):
        paint(fig, number)
        plt.pause(5)
    other = figure()
    plt.show()
    sys.exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
code = "import matplotlib.pyplot as plt; plt.plot([1]); plt.show(); print(plt.get_backend())"
done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
assert done.stdout.lower() == "agg\\n", done.stdout
paint(fig, 3)
plt.pause(0.1)
""",
    )
    assert (done.code, done.numbers()) == (0, [1, 2, 3]), done.stderr
    assert len(list(tmp_path.iterdir())) <= 5, list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("number", "way", "code"),
    [
        pytest.param(signal.SIGTERM, "raise", 143, marks=rare),
        (signal.SIGTERM, "pass", 143),
        (signal.SIGINT, "raise", 130),
        pytest.param(signal.SIGHUP, "raise", 129, marks=rare),
    ],
)
def test_signals_end_a_script_with_its_film(
    tmp_path: Path, number: int, way: str, code: int
) -> None:
    write_script(
        tmp_path,
        f"""
        import itertools, time
        fig = figure()
        for number in itertools.count():
            try:
                paint(fig, number % 100)
                plt.pause(0.1)
                print(number, flush=True)
            except BaseException:
                {way}
        """,
    )
    with subprocess.Popen(
        [*FITREEL, "film", "script.py", "-o", "out/"],
        cwd=tmp_path,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        while process.stdout.readline() != "5\n":
            assert process.poll() is None
        os.kill(process.pid, number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == code, said
    assert len(list((tmp_path / "out").glob("*.png"))) >= 5, said
