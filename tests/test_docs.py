"""The README and the program say the same, and CI runs the README's own line."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.program import ROOT, Fitreel

README = (ROOT / "README.md").read_text()


def test_ci_runs_the_readmes_test_line_as_it_stands() -> None:
    lines = [line for line in README.splitlines() if "-m pytest" in line]
    assert len(lines) == 1 and lines[0].startswith("python3 -m venv")
    script = (ROOT / ".ci" / "run").read_text()
    assert "line=$(grep -m1 -- '-m pytest' README.md)" in script
    assert 'bash -c "$line"' in script
    for part in ("ruff check", "ruff format --check", "mypy"):
        assert part in script


def test_both_commands_do_all_their_set_up() -> None:
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    for command in commands:
        assert "-c constraints.txt" in command


def test_every_command_of_the_program_is_in_the_readme_and_the_other_way(program: Fitreel) -> None:
    table = set(re.findall(r"^\| `fitreel (\w+)", README, re.MULTILINE))
    shown = program("--help", env={"COLUMNS": "200", "PATH": "/usr/bin:/bin"}).stdout
    listed = set(re.findall(r"^│ (\w+)  ", shown, re.MULTILINE))
    assert listed and table == listed
    for command in listed:
        assert program(command, "--help").returncode == 0


def test_every_exit_code_is_in_the_readme() -> None:
    from fitreel.model import errors

    codes = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.FitreelError)
    }
    for code in codes:
        assert re.search(rf"^\| {code} \|", README, re.MULTILINE), code


def test_the_chinese_readme_has_the_same_commands_and_codes() -> None:
    chinese = (ROOT / "README.zh-CN.md").read_text("utf-8")
    for pattern in (r"^python3 .*$", r"^\| `fitreel \w+", r"^\| (?:\d+)", r"docs/gallery/\w+\.\w+"):
        found = re.findall(pattern, README, re.MULTILINE)
        assert found and found == re.findall(pattern, chinese, re.MULTILINE), pattern


def test_nothing_shipped_names_this_machine_or_a_registry() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\n")
    # In pieces, so that this file doesn't hold them.
    words = ["/wo" + "rk/", "/opt" + "/pypi", "pypi" + ".org", "download.py" + "torch"]
    for name in filter(None, tracked):
        path = ROOT / name
        if path.is_file() and path.suffix in {".py", ".md", ".toml", ".txt", ""}:
            text = path.read_text(errors="replace")
            assert not any(word in text for word in words), name


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import fitreel.jobs.cli", ["torch", "matplotlib", "numpy", "pydantic", "rich.progress"]),
        (
            "import fitreel.jobs.films.pipeline, fitreel.render.pipeline.film",
            ["torch", "matplotlib.pyplot"],
        ),
        (
            "import fitreel.model.record.reader, fitreel.model.record.writer",
            ["torch", "matplotlib"],
        ),
    ],
)
def test_what_an_import_must_not_bring(code: str, absent: list[str]) -> None:
    check = f"{code}\nimport sys\nprint([m for m in {absent!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_imports_neither_torch_nor_matplotlib_and_render_no_torch(
    tmp_path: Path, short_run: object
) -> None:
    from fitreel.model.record.reader import Record

    assert isinstance(short_run, Record)
    for arguments, absent in (
        (["--help"], ["torch", "matplotlib", "numpy"]),
        (
            ["render", str(short_run.path), "-o", "a.gif", "-o", "a.png", "-q"],
            ["torch", "matplotlib.pyplot"],
        ),
    ):
        check = (
            "import sys\n"
            f"sys.argv = ['fitreel', *{arguments!r}]\n"
            "from fitreel.jobs.main import main\n"
            "try:\n    main()\n"
            "except SystemExit as end:\n    assert not end.code\n"
            f"found = [m for m in {absent!r} if m in sys.modules]\n"
            "sys.exit(f'imported {found}' if found else 0)"
        )
        done = subprocess.run(
            [sys.executable, "-c", check], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
