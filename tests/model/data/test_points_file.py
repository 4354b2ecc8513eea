"""Files of points: their limits, NPZ, and that what is written is read, bit for bit or not at all.

What a text means is in test_tables.py.
"""

import io
import os
import time
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fitreel.model.data.points_file import Points
from fitreel.model.data.points_file import read_points as read_points_as
from fitreel.model.errors import BadInput
from fitreel.model.settings import MOST_POINTS, DataSettings


def read_points(path: Path, **said: Any) -> Points:
    return read_points_as(path, DataSettings(file=path.name, **said))


def written(folder: Path, content: str | bytes, name: str = "points.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(path: Path) -> str:
    """What is said, after the path, on refusing the file; at most two lines."""
    with pytest.raises(BadInput) as caught:
        read_points(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.count("\n") <= 1
    assert message.isprintable()
    return message.removeprefix(f"{path}: ")


def test_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(tmp_path / "no.csv") == "can't be read: No such file or directory"
    assert refusal(written(tmp_path, "1,2") / "no.csv") == "can't be read: Not a directory"
    (tmp_path / "folder.csv").mkdir()
    assert refusal(tmp_path / "folder.csv").startswith("this is a folder")
    os.mkfifo(tmp_path / "pipe.csv")
    assert refusal(tmp_path / "pipe.csv").startswith("this is not a file")
    assert refusal(written(tmp_path, "1,2", "points.xlsx")).startswith("points are read from .csv,")
    with pytest.raises(BadInput, match="can't be read"):
        read_points(Path("null\0.csv"))

    def denied(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path, "1,2")
    monkeypatch.setattr(Path, "open", denied)
    assert refusal(path) == "can't be read: Permission denied"


def test_a_million_points_are_read_in_seconds_and_one_more_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, b"0.25,-0.125\n" * MOST_POINTS)
    start = time.process_time()
    points = read_points(path)
    assert time.process_time() - start < 8  # it takes 1.5
    assert points.x.shape == (MOST_POINTS,)
    with path.open("ab") as file:
        file.write(b"1,2\n")
    assert refusal(path) == "line 1000001: more than 1,000,000 points; thin them out"


def test_a_large_file_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    os.truncate(path, 10**12)
    start = time.process_time()
    assert refusal(path) == "1000000 MB; at most 100 MB and 1,000,000 points are read"
    assert time.process_time() - start < 0.5


def test_one_long_line_takes_no_memory(tmp_path: Path) -> None:
    path = written(tmp_path, b"1," * 10_000_000)
    tracemalloc.start()
    try:
        assert refusal(path).startswith("line 1 is longer")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


# --- NPZ --------------------------------------------------------------------------------------


def npz(folder: Path, compressed: bool = False, **arrays: object) -> Path:
    path = folder / "points.npz"
    (np.savez_compressed if compressed else np.savez)(path, **arrays)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("dtype", ["<f4", ">f8", "f2", "i4", "u1", "g"])
@pytest.mark.parametrize("shape", [(3,), (3, 1)])
def test_npz(tmp_path: Path, compressed: bool, dtype: str, shape: tuple[int, ...]) -> None:
    x = np.array([3, 1, 2], dtype).reshape(shape)
    points = read_points(npz(tmp_path, compressed, X=x, y=x * 2, other=["text"]))
    assert points.x.dtype == points.y.dtype == np.float64
    assert (points.x.tolist(), points.y.tolist()) == ([3, 1, 2], [6, 2, 4])


ONE = np.ones(3)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"a": ONE, "b": ONE, "c": ONE}, "3 arrays of numbers, and none is named x and y; say"),
        ({"x": ONE}, "one array; an input and an output are needed"),
        ({}, "no array; an input and an output are needed"),
        ({"x": ONE, "X": ONE, "y": ONE}, "two arrays are named x; say which are meant, by data."),
        ({"x": ONE, "y": np.ones(2)}, "array 'x' has 3 values and array 'y' 2"),
        (
            {"x": ONE, "y": np.ones((3, 2, 1))},
            "array 'y' has shape (3, 2, 1); (N,) or (N, columns) is needed",
        ),
        ({"x": ONE, "y": np.float64(1)}, "array 'y' has shape (); (N,) or (N, columns) is needed"),
        ({"x": ONE, "y": ONE * 1j}, "array 'y' holds complex128; real numbers are needed"),
        ({"x": ONE, "y": np.array([{}] * 3)}, "array 'y' holds object; real numbers are needed"),
        ({"x": ONE, "y": np.array(["a"])}, "array 'y' holds <U1; real numbers are needed"),
        ({"x": ONE, "y": np.array([1, np.nan, 1])}, "index 1: array 'y' is nan, which"),
        (
            {"x": ONE, "y": np.array([1, 2, 1e39])},
            "index 2: array 'y' is 1e+39, which is too",
        ),
        ({"x": np.ones(0), "y": np.ones(0)}, "there are no points in it"),
    ],
)
def test_bad_npz_is_told(tmp_path: Path, arrays: dict[str, object], message: str) -> None:
    assert refusal(npz(tmp_path, **arrays)).startswith(message)


def header(shape: str, dtype: str = "'<f4'") -> bytes:
    text = f"{{'descr': {dtype}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def archive(folder: Path, member: bytes, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / "bomb.npz"
    with zipfile.ZipFile(path, "w", compression) as file:
        file.writestr("x.npy", member)
        file.writestr("y.npy", member)
    return path


@pytest.mark.parametrize(
    ("member", "message"),
    [
        (header("(10**15,)"), "array 'x' has no header that can be read"),
        (header("(1000000000000000,)"), "array 'x' has 1,000,000,000,000,000 values; at most"),
        (header("(-1,)"), "array 'x' has shape (-1,); (N,) or (N, columns) is needed"),
        (header("(1, 1000000000)"), "array 'x' has shape (1, 1000000000)"),
        (header("(2,)", "('<f4', (1000000, 1000))"), "array 'x'"),
        (header("(2,)", "'|O'"), "array 'x' holds object"),
        (header("(2,)") + b"\0" * 7, "array 'x' is not as long as its header says"),
        (header("(2,)") + b"\0" * 50_000_000, "array 'x' is not as long as its header says"),
        (b"\x93NUMPY\x09\x00", "array 'x' has no header that can be read"),
        (b"", "array 'x' has no header that can be read"),
        (header("(" * 500), "array 'x' has no header that can be read"),
        (header("(2,)", "__import__('os')"), "array 'x' has no header that can be read"),
    ],
)
def test_a_hostile_npz_takes_no_memory(tmp_path: Path, member: bytes, message: str) -> None:
    path = archive(tmp_path, member)
    tracemalloc.start()
    try:
        assert refusal(path).startswith(message)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_other_compressions_and_no_archive_are_told(tmp_path: Path) -> None:
    whole = header("(1,)") + b"\0" * 4
    assert "numpy doesn't write" in refusal(archive(tmp_path, whole, zipfile.ZIP_BZIP2))
    assert refusal(written(tmp_path, "1,2", "a.npz")).startswith("this is not a whole NPZ file")
    path = npz(tmp_path, x=ONE, y=ONE)
    cut = written(tmp_path, path.read_bytes()[:-30], "cut.npz")
    assert refusal(cut).startswith("this is not a whole NPZ file")


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_damaged_npz_reads_the_same_or_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    buffer = io.BytesIO()
    x = np.arange(8, dtype=np.float32)
    (np.savez_compressed if data.draw(st.booleans()) else np.savez)(buffer, x=x, y=x)
    raw = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path = written(tmp_path, bytes(raw), "damaged.npz")
    try:
        points = read_points(path)
    except BadInput as error:
        assert "\n" not in str(error)
    else:
        np.testing.assert_array_equal(points.x, x)


# --- Round trips ------------------------------------------------------------------------------

number = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e38, max_value=1e38)
modest = st.floats(allow_nan=False, min_value=-1e9, max_value=1e9)
EACH_QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def grouped(value: float, decimals: int, decimal: str, thousands: str, minus: str) -> str:
    """As a spreadsheet of some country writes it."""
    text = f"{value:,.{decimals}f}"
    signs = str.maketrans({",": thousands, ".": decimal, "-": minus})
    return text.translate(signs)


def same_or_refused(path: Path, x: list[float], y: list[float]) -> None:
    """What is read is what was meant, to the last bit; or the file is refused."""
    try:
        points = read_points(path)
    except BadInput as error:
        assert "two ways" in str(error) or "say which" in str(error), error
        return
    for values, meant in ((points.x, x), (points.y, y)):
        assert values.tobytes() == np.array(meant).tobytes()


@EACH_QUICK
@given(
    rows=st.lists(st.tuples(number, number), min_size=1, max_size=20),
    delimiter=st.sampled_from([",", ";", "\t", " ", "|"]),
    comma=st.booleans(),
    header=st.sampled_from([None, "xy", "YX", "axby"]),
    newline=st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    last=st.booleans(),
)
def test_what_is_written_is_read(
    tmp_path: Path,
    rows: list[tuple[float, float]],
    delimiter: str,
    comma: bool,
    header: str | None,
    newline: str,
    encoding: str,
    last: bool,
) -> None:
    def row(x: float, y: float) -> str:
        values = {"x": x, "y": y}
        fields = [repr(values.get(name, 7)) for name in (header or "xy").lower()]
        text = delimiter.join(fields)
        return text.replace(".", ",") if comma and delimiter != "," else text

    lines = ([delimiter.join(header)] if header else []) + [row(*pair) for pair in rows]
    text = newline.join(lines) + newline * last
    x, y = map(list, zip(*rows, strict=True))
    same_or_refused(written(tmp_path, text.encode(encoding)), x, y)


@EACH_QUICK
@given(
    rows=st.lists(st.tuples(modest, modest), min_size=1, max_size=12),
    delimiter=st.sampled_from([";", "\t", "|"]),
    locale=st.sampled_from([",.-", ".,-", "'.-", "’.-", " ,-", "\xa0,−", "\u202f,-", "\u2009.-"]),
    decimals=st.sampled_from([0, 1, 2, 3, 4]),
    quoted=st.booleans(),
    names=st.booleans(),
)
def test_numbers_of_every_country_are_read_as_they_are_meant(
    tmp_path: Path,
    rows: list[tuple[float, float]],
    delimiter: str,
    locale: str,
    decimals: int,
    quoted: bool,
    names: bool,
) -> None:
    thousands, decimal, minus = locale
    rounded = [(float(f"{x:.{decimals}f}"), float(f"{y:.{decimals}f}")) for x, y in rows]
    lines = ["x" + delimiter + "y"] * names
    for row in rounded:
        cells = [grouped(value, decimals, decimal, thousands, minus) for value in row]
        lines.append(delimiter.join(f'"{cell}"' if quoted else cell for cell in cells))
    x, y = map(list, zip(*rounded, strict=True))
    same_or_refused(written(tmp_path, "\n".join(lines)), x, y)


@EACH_QUICK
@given(
    rows=st.lists(st.tuples(modest, modest, st.sampled_from(["", "a, b; c", "7"])), min_size=1),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    locale=st.sampled_from([",.-", ".,-", "'.-", " ,-", "\u202f,-"]),
    decimals=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    order=st.permutations([0, 1, 2]),
    is_grouped=st.booleans(),
    quotes=st.booleans(),
    ends=st.booleans(),
)
def test_a_table_with_other_columns_and_without_quotes_is_not_read_wrong(
    tmp_path: Path,
    rows: list[tuple[float, float, str]],
    delimiter: str,
    locale: str,
    decimals: tuple[int, int],
    order: list[int],
    is_grouped: bool,
    quotes: bool,
    ends: bool,
) -> None:
    thousands, decimal, minus = locale
    is_grouped = is_grouped and (thousands, delimiter) != (".", ",")  # there 1.234 is 1.234
    lines: list[list[str]] = [["x", "y", "note"]]
    for *values, note in rows:
        cells = [
            grouped(value, places, decimal, thousands if is_grouped else "", minus)
            for value, places in zip(values, decimals, strict=True)
        ]
        lines.append([*cells, note])
    text = "\n".join(
        delimiter.join(f'"{cells[n]}"' if quotes else cells[n] for n in order) + delimiter * ends
        for cells in lines
    )
    x, y = ([float(f"{row[n]:.{decimals[n]}f}") for row in rows] for n in (0, 1))
    try:
        points = read_points(written(tmp_path, text))
    except BadInput:
        return
    assert (points.x.tolist(), points.y.tolist()) == (x, y)


@EACH_QUICK
@given(
    rows=st.lists(st.tuples(modest, modest, modest), min_size=1, max_size=12),
    form=st.sampled_from(["%.18e", "%g", "%.3f", "%d", "%10.5f", "%+.2e"]),
    delimiter=st.sampled_from([" ", ",", "\t", ";", "  "]),
    comments=st.sampled_from(["# ", "#", "% "]),
)
def test_what_savetxt_writes_is_read(
    tmp_path: Path,
    rows: list[tuple[float, float, float]],
    form: str,
    delimiter: str,
    comments: str,
) -> None:
    table = np.array(rows)
    path = tmp_path / "saved.txt"
    np.savetxt(path, table, form, delimiter, header="id x y", comments=comments)
    meant = [[float(form % value) for value in column] for column in table[:, 1:].T.tolist()]
    same_or_refused(path, *meant)
