"""What a table means: read as its maker meant it, or refused with a way out; never another way."""

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fitreel.model.data.points_file import Points, read_points
from fitreel.model.errors import BadInput
from fitreel.model.settings import DataSettings

XY = ([1.0, -3.0], [2.0, 4.5])


def read(folder: Path, content: str | bytes, name: str = "table.csv", **said: Any) -> Points:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    keys = {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
    return read_points(path, DataSettings(file=name, **keys))


def columns(points: Points) -> tuple[list[float], list[float]]:
    return points.x.tolist(), points.y.tolist()


def refusal(folder: Path, content: str | bytes, name: str = "table.csv", **said: Any) -> str:
    """What is said, after the file, on refusing it."""
    with pytest.raises(BadInput) as caught:
        read(folder, content, name, **said)
    message = str(caught.value)
    assert message.startswith(f"{folder / name}: ") and message.isprintable()
    return message.removeprefix(f"{folder / name}: ")


@pytest.mark.parametrize(
    "content",
    [
        "x,y\n1,2\n-3,4.5\n",
        "1,2\n-3,4.5",
        "\ufeffx,y\r\n1,2\r\n-3,4.5\r\n",
        "\ufeff1,2\r-3,4.5\r",
        "x,y\r\r\n1,2\r\r\n-3,4.5\r\r\n",  # Python's csv on Windows without newline=""
        "x,y\n1,2\n-3,4.5\n".encode("utf-16"),
        "x,y\n1,2\n-3,4.5\n".encode("utf-32"),
        "# made by hand\n\nx , Y\n 1 , 2\n\n-3,4.5\n   \n",
        't;"Y";"X"\n0;2,0;1,0\n0;4,5;-3,0\n',
        '"x","y"\n"1","2"\n"-3","4.5"\n',
        '"x","y","note; free text"\n1,2,"a, b"\n-3,4.5,"c ""d"" e"\n',
        'x,y,note\n1,2,"two\nlines"\n-3,4.5,\n',
        "x\ty\n1\t2\n-3\t4,5\n",
        "name\tx\ty\nfirst one\t1\t2\n\t-3\t4.5\n",
        "  1.0e0   2\n -3 \t 4.5\n",
        '"x" "y"\n1 2\n-3 4.5\n',
        "x|y\n1|2\n-3|4.5\n",
        "größe,x,y\n1,1,2\n1,-3,4.5\n".encode("latin-1"),
        "sep=;\nx;y\n1;2\n-3;4,5\n",
        '"sep=\t"\nx\ty\n1\t2\n-3\t4.5\n',
        "x;y;\n1;2;\n-3;4,5;\n",
        "1,2,,\n-3,4.5,,\n,,,\n,,,\n",
        "x,y\n1,2\n-3,4.5\n,\n,\n",
        ",\nx,y\n1,2\n-3,4.5\n",
        "# y x\n2 1\n4.5 -3\n",
        "# x, y\n1,2\n-3,4.5\n",
        "% id x y\n7 1 2\n8 -3 4.5\n",
        "#\n# a b\n# id x y\n7 1 2\n8 -3 4.5\n# end\n",
        "sample #,x,y\n1,1,2\n2,-3,4.5\n",
        "name,x,y\ncup #3,1,2\ncup #4,-3,4.5\n",
        '"x" "y"\n"1" 1 2\n"2" -3 4.5\n',  # R's write.table
        '"","x","y"\n"1",1,2\n"2",-3,4.5\n',  # R's write.csv
        ",x,y\n0,1.0,2.0\n1,-3.0,4.5\n",  # pandas' to_csv
        ",t,v\n0,1.0,2.0\n1,-3.0,4.5\n",
        "Unnamed: 0,t,v\n0,1.0,2.0\n1,-3.0,4.5\n",
        "   t    v\n0  1  2.0\n1 -3  4.5\n",  # its to_string
        '"";"t";"v"\n"1";1;2\n"2";-3;4,5\n',  # R's write.csv2
        "t\tv\n1\t1\t2\n2\t-3\t4.5\n",  # R's write.table(quote = FALSE)
        "#,t,v\n1,1,2\n2,-3,4.5\n",
        ",,\nt,v,\n1,2,\n-3,4.5,\n",
        "x,y\n1,2\n\f-3,4.5\n",
        "x;y\n1,00;2,00\n−3,00;4,50\n",
        "x,y\n+1,2.\n-3.,.45E+01\n",
        "x,y\n1D0,0.2D+01\n-3d0,45d-1\n",
        "x,y\n１,２\n－３,４．５\n",
        "x;y\n١;٢\n-٣;٤٫٥\n",
        "minutes,temp (°C)\n1,2\n-3,4.5\n",
        "place,hours,kelvin,note\nroof,1,2,\nyard,-3,4.5,ok\n",
        '"x (m)","y"\n"1,0","2,0"\n"-3,0","4,5"\n',
        "minutes,y\n1,2\n-3,4.5\n",
        "#N/A,x,y\n1,1,2\n#DIV/0!,-3,4.5\n",
    ],
)
def test_every_dialect_is_read(tmp_path: Path, content: str | bytes) -> None:
    assert columns(read(tmp_path, content)) == XY


@pytest.mark.parametrize(
    ("content", "x", "y"),
    [
        ("x;y\n1.234,5;1.000.000\n", 1234.5, 1e6),
        ("x\ty\n1,234.5\t1,000,000\n", 1234.5, 1e6),
        ('x,y\n"1,234.5","1,000,000"\n', 1234.5, 1e6),
        ("x;y\n12,34,567.5;1\n", 1234567.5, 1),
        ("x;y\n1'234.5;1’000\n", 1234.5, 1000),
        ("x;y\n1 234,5;1 000 000\n", 1234.5, 1e6),
        ("x;y\n1\u202f234,5;1\xa0000\n", 1234.5, 1000),
        ("x;y\n1\u2009234.5;1\u2007000\n", 1234.5, 1000),
        ("x\xa0y\nx y\n1 2\n", 1, 2),
        ("x;y\n١٬٠٠٠٫٥;\u200e-٢\u200b\n", 1000.5, -2),
        ("x;y\n١٬٠٠٠;٢\n", 1000, 2),
        ("0,1\n", 0, 1),
        ("1.000;2.20\n", 1, 2.2),  # with decimal points elsewhere, a point is one
        ("1,000;2,20\n", 1, 2.2),
        ("1.500 2.500\n", 1.5, 2.5),
        ("1.500,2.500\n", 1.5, 2.5),
        ("0,0.500\n", 0, 0.5),
        ("7 1.500\n", 7, 1.5),
        ("1,5 2,5\n", 1.5, 2.5),
        ("0.500;2.500\n", 0.5, 2.5),
        ("2459580.125,1\n", 2459580.125, 1),
        ("x,y\n9007199254740993,0.1\n", 9007199254740992, 0.1),
        ("seconds;a;b\n1;;2\n", 1, 2),
    ],
)
def test_numbers_in_every_writing(tmp_path: Path, content: str, x: float, y: float) -> None:
    if content.startswith("x\xa0y"):
        content = content.partition("\n")[2]
    assert columns(read(tmp_path, content)) == ([x], [y])


TWO_WAYS = [
    ("x\ty\n1,000\t2.20\n", "line 2: column 'x' is '1,000': 1000 with data.thousands = \",\", or"),
    ("Jahr,Umsatz\n2019,1.234\n2020,2.500\n", "line 2: column 'Umsatz' is '1.234': 1234 with"),
    ("1.000;2,20\n", "line 1: column 1 is '1.000': 1000 with data.thousands = \".\", or 1.000"),
    ("1.234;5.678\n", "line 1: column 1 is '1.234': 1234"),
    ("1,234 5,678\n", "line 1: column 1 is '1,234': 1234"),
    ('x,y\n"1,000","2.20"\n', "line 2: column 'x' is '1,000'"),
    ("x;y\n1,000;1\n2.20;1\n", "line 2: column 'x' is '1,000'"),
    ("x;y\n١٫٥٠٠;٢\n", "line 2: column 'x' is '١٫٥٠٠': ١٥٠٠ with data.thousands = \".\", or ١.٥٠٠"),
    ("1 234,5 678\n2 345,6 789\n", 'it can be read in two ways, with data.delimiter = "," or " "'),
    ("x;y\n1,5;2.5\n", "line 2: column 'x' is '1,5', and column 'y' has decimal points; save"),
    ("-1,5,0,25\n-0,5,0,10\n", "4 columns without names; say which are meant, as data.inputs ="),
]


@pytest.mark.parametrize(("content", "message"), TWO_WAYS)
def test_what_can_be_read_in_two_ways_is_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    assert refusal(tmp_path, content).startswith(message)


@pytest.mark.parametrize(
    ("content", "said", "x", "y"),
    [
        ("1.000;2,20\n", {"thousands": "."}, 1000, 2.2),
        ("1.000;2,20\n", {"decimal": ","}, 1000, 2.2),
        ("1,000;2.20\n", {"thousands": ","}, 1000, 2.2),
        ("1,000;2.20\n", {"decimal": "."}, 1000, 2.2),
        ("1.234;5.678\n", {"decimal": "."}, 1.234, 5.678),
        ("1.234;5.678\n", {"thousands": ""}, 1.234, 5.678),
        ("1.234;5.678\n", {"thousands": "."}, 1234, 5678),
        ("1 234,5 678\n", {"delimiter": ","}, 1234, 5678),
        ("1 234,5 6\n", {"delimiter": " ", "inputs": [2], "outputs": [3]}, 234.5, 6),
        ("-1,5,0,25\n", {"inputs": [1], "outputs": [4]}, -1, 25),
        ("a,b,c\n1,2,3\n", {"inputs": [" C "], "outputs": ["a"]}, 3, 1),
        ("a,b,c\n1,2,3\n", {"inputs": ["b"], "outputs": [3]}, 2, 3),
        ("T,t,T\n1,2,3\n", {"inputs": ["t"], "outputs": [3]}, 2, 3),
        ("x,y,z\n1,2,3\n", {"outputs": ["z"]}, 1, 3),
        ("a,b\n007,2\n", {"delimiter": ","}, 7, 2),
        ("2019,2020,2021\n1,2,3\n", {"inputs": ["2020"], "outputs": ["2021"]}, 2, 3),
        ('"Temp\n\xa0(°C)",y\n1,2\n', {"inputs": ["temp (°c)"]}, 1, 2),
        ("temp\u00e9 ,y\n1,2\n", {"inputs": ["TEMPE\u0301"]}, 1, 2),
        ("größe;zahl\n1;2\n".encode("cp1252"), {"encoding": "cp1252", "inputs": ["Größe"]}, 1, 2),
        ("x;y\n1\xa0000,5;2\n".encode("latin-1"), {"encoding": "latin-1"}, 1000.5, 2),
        ("x,y\n1,2\n".encode("utf-16-le"), {"encoding": "utf-16-le"}, 1, 2),
        ("长度,温度\n1,2\n".encode("gb18030"), {"encoding": "gb18030"}, 1, 2),
        ("x,y\n1,2\n,3\n4,nan\n#N/A,5\n-,1\n", {"missing": "drop"}, 1, 2),
        ("x,y\n1,2\n,\n,\n3,\n", {"missing": "drop"}, 1, 2),
        ("1\t2\n\\N\t3\n", {"missing": "drop"}, 1, 2),
        ("depth,10,20\n3,1,2\n", {"inputs": ["10"], "outputs": ["20"]}, 1, 2),
        (",0,1\n0,1,2\n", {"inputs": ["0"], "outputs": ["1"]}, 1, 2),
        ("1:00,1,2\n", {"inputs": [2], "outputs": [3]}, 1, 2),
        ("x,1.5,2\n", {"inputs": [2], "outputs": [3]}, 1.5, 2),
        ("a,y,3\n1,2,4\n", {"inputs": ["a"]}, 1, 2),
        ("a,b,c\nplace,2019,2020\n", {"inputs": [2], "outputs": [3]}, 2019, 2020),
        ("1,2,ok\n", {"inputs": [1], "outputs": [2]}, 1, 2),
        ("8,5\t2,5\tok, fine\n", {"inputs": [1], "outputs": [2]}, 8.5, 2.5),
    ],
)
def test_keys_decide(
    tmp_path: Path, content: str | bytes, said: dict[str, Any], x: float, y: float
) -> None:
    assert columns(read(tmp_path, content, **said)) == ([x], [y])


REFUSED = [
    ("", "the file is empty; an input and an output are needed"),
    ("\ufeff\n\n# nothing\n", "the file is empty"),
    ("x,y\n", "there are no points below the names"),
    ("x,y\n,\n,\n", "there are no points below the names"),
    ("x,y\n1,2\n3,abc\n", "line 3: column 'y' is 'abc', which is not a number"),
    ("1,2\n# a\n\nabc,2\n", "line 4: column 1 is 'abc', which is not a number"),
    ("x,y\n1,\n", "line 2: column 'y' is empty; a number is needed, or data.missing = \"drop\""),
    ("y,x,c\n-2,0,2,\n", "line 2: 4 cells, where the table has 3"),
    ("time (s),temp (K)\n-31 923,120,28 224\n", "column '(s),temp' holds times, or se"),
    ("x,y,\n0,8,54,\n", "line 2: 4 cells, where the table has 2"),
    ("x,y,c\n0,05,\n", "line 2: column 'y' is '05': if a decimal comma stands before it, save"),
    ("0,05\n0,10\n", "line 1: column 2 is '05': if a decimal comma stands before it, save"),
    ("x,y\n0,831\n5,1.100\n", "line 3: column 'y' is '1.100': 1100 with data.thousands"),
    ("depth,10,20\n1,2,3\n", "3 columns without names; say which"),
    ("depth,10\n1,2\n", "line 1: column 1 is 'depth', which is not a number; if these are names"),
    ("x,y\n1,2\n,\n3,4\n", "line 3: column 'x' is empty"),
    ("x,y\n1,2\n2,#DIV/0!\n3,4\n", "line 3: column 'y' is '#DIV/0!'; a number is needed"),
    ("x,y\n#DIV/0!,2\n3,4\n", "line 2: column 'x' is '#DIV/0!'"),
    ("x;y\n1;#NV\n", "line 2: column 'y' is '#NV'"),
    *(
        (f"x;y\n1;2\n{error};3\n", f"line 3: column 'x' is '{error}'; a number is needed")
        for error in ("#NOM ?", "#DIV/0 !", "#ИМЯ?", "#¡VALOR!", "#Н/Д", "#N/DISP", "#####")
    ),
    ("x y\n1 2\n#WERT! 3\n", "line 3: column 'x' is '#WERT!'; a number is needed"),
    ("x,y\n1,2\n—,(null)\n", "line 3: column 'x' is '—'; a number is needed"),
    ("x,y\n1,NA\n", "line 2: column 'y' is 'NA'"),
    (
        "time,temp\ns,°C\n0,20\n",
        "line 2: column 'time' is 's', which is not a number; lines above the names, and one",
    ),
    ("x,y\n-inf,1\n", "line 2: column 'x' is '-inf', which is not finite"),
    ("x,y\n1,2\n1,1e39\n", "line 3: column 'y' is 1e+39, which is too large for a 32-bit float"),
    ("x,y\n1,1e999\n", "line 2: column 'y' is inf, which is not finite"),
    ("x,y\n1,2\n3\n", "line 3: one cell, where the table has 2"),
    ("1,2\n1,2,3\n", "line 2: 3 cells, where the table has 2; if there are decimal commas"),
    ("x,y\n1,5,0,25\n", "line 2: 4 cells, where the table has 2; if there are decimal commas"),
    ("x,y\n0.5,1,234\n", "line 2: 3 cells, where the table has 2; if there are decimal commas"),
    ("x,y\n1,5,2\n2,5,3\n", "line 2: 3 cells"),  # no names of rows, as R's would be
    (
        "time,a,b\n2024-01-05 10:00,1,2\n",
        "column 'time' holds times, or several num",
    ),
    ("0,1\n0.5,2.0\n1.5,\n", "line 1: 0 and 1 may be names, or numbers; say names by data."),
    (
        "t v\n1 0.1 5\n3 0.2 6\n",
        "line 2: 3 cells, where the table has 2; each column",
    ),
    ("x y\n1 000 5\n2 000 6\n", "line 2: 3 cells, where the table has 2"),
    ("x y\n1 5 000\n2 6 000\n", "line 2: 3 cells, where the table has 2"),
    ("x,y\n1,5,2\n2,5,3\n", "line 2: 3 cells, where the table has 2"),
    (
        "Time (s) Temp (K)\n1 2\n",
        "line 2: 2 cells, where the table has 4; a name with",
    ),
    (
        "zeit;wert\n1\xa0000;2\n".encode("cp1252"),
        "line 2: column 'zeit' is '1\\udca0000', ",
    ),
    ("1\n2\n", "one column; an input and an output are needed"),
    ("temp\n0,5\n", "line 2: 2 cells"),
    (
        "time,a,b\n1,2,3\n",
        "3 columns of numbers, and none is named x and y; say which are",
    ),
    ("time,a,b\n1,2,\n", None),
    ("time,a,b\n" + "1,2,\n" * 2000 + "1,2,3\n", "line 2002: column 3 is no longer empty; say wh"),
    ("id,time,temp\n1,2,3\n2,3,err\n", "3 columns of numbers, and none is named x and y"),
    *(
        (text, f"{count} columns without names; say which are meant")
        for text, count in (
            ("2024-01-01\t0\t376,5\n", 3),
            ("2024-01-01|0|0,6\n2024-01-02|1|1,0\n", 3),
            ("2024-01-01 0 9215,63\n2024-01-02 1 96,23\n", 3),
            ("2024-01-01; 0; 5,397\n2024-01-02; 1; 0,602\n", 3),
            ("10\xa0949;0,85;a\n88\xa0723;0,10;a\n", 3),
        )
    ),
    ("1,2,3\n", "3 columns without names; say which are meant, as data.inputs = [1] and data.outp"),
    ("x,X,y\n1,2,3\n", "two columns are named x; say which are meant, by data.inputs and"),
    ("name,note\nann,a\nbob,b\n", "line 2: column 'name' is 'ann', which is not a number; lines"),
    (
        "date,temp\n2024-01-01,5\n",
        "line 2: column 'date' is '2024-01-01', which is not a number; write plain numbers, or say",
    ),
    ("x,y\n-,°C\n1,2\n", "line 2: column 'y' is '°C', which is not a number; lines above the n"),
    ("x,y\n1,2\nsum,2\n", "line 3: column 'x' is 'sum', which is not a number; write a plain n"),
    ("CO2\n1,2\n3,4\n", "line 2: 2 cells, where the table has 1; lines above or below"),
    ("a\tb\tc\n1\t2\n", "line 2: 2 cells, where the table has 3; a missing cell stays as an"),
    ("x,y\n10:30,5\n", "line 2: column 'x' is '10:30'"),
    ("x,y\n5%,5\n", "line 2: column 'x' is '5%'"),
    ("x,y\n$5,5\n", "line 2: column 'x' is '$5'"),
    ("x;y\n5 €;5\n", "line 2: column 'x' is '5 €'"),
    ("x,y\n0x10,5\n", "line 2: column 'x' is '0x10'"),
    ("x,y\n1_000,5\n", "line 2: column 'x' is '1_000'"),
    ("x,y\n½,5\n", "line 2: column 'x' is '½'"),
    ("x,y\n10²,5\n", "line 2: column 'x' is '10²'"),
    ("x,y\nTRUE,5\n", "line 2: column 'x' is 'TRUE'"),
    ("x,y\n1e,5\n", "line 2: column 'x' is '1e'"),
    ("x;y\n1,23,4;5\n", "line 2: column 'x' is '1,23,4'"),
    ("x;y\n(5);5\n", "line 2: column 'x' is '(5)'"),
    ("x,y\n1+2j,5\n", "line 2: column 'x' is '1+2j'"),
    ("x;y\n1.5;2\n2,5;3\n", "line 3: column 'x' is '2,5', which is not a number"),
    ('x,y\n1,2\n1,"2\n3,4\n', "line 3: a quote that is opened here is never closed"),
    ('x,y\n"1"2,3\n', "line 2: its quotes can't be read"),
    ("Logger 7\nStart: now\n\nx;y\n1;2\n", "line 4: 2 cells, where the table has 1; lines above"),
    ("x,y\n1,2\nend of data\n", "line 3: one cell, where the table has 2; lines above or below"),
    ("1 2\n\n\n3 4\n", "line 4: another table begins after 2 empty lines; keep one"),
    ("x,y\n1,2\nx,y\n3,4\n", "line 3: column 'x' is 'x'"),
    ("1," + "9" * 100_001, "line 1 is longer than 100,000 characters"),
    ("x,y\n1,2\n3\0,4\n", "line 3 holds a NUL"),
    (
        "x,y\n1,2\n".encode("utf-16-le"),
        "line 1 holds a NUL: no text in UTF-8; save the table as",
    ),
    (bytes(range(256)), "line 1 holds a NUL"),
    (
        "größe,b\n1,2\n".encode("latin-1"),
        "column 'gr\\udcf6\\udcdfe' or column 'b' has a name",
    ),
    (b"PK\3\4\0\0", "this is a spreadsheet, or an archive; save it as CSV"),
    (b"\xd0\xcf\x11\xe0\0\0", "this is a spreadsheet, or an archive; save it as CSV"),
    ("\udcff\x1b[31m", "one column"),
]


@pytest.mark.parametrize(("content", "message"), REFUSED)
def test_what_is_no_table_is_refused_with_line_and_column(
    tmp_path: Path, content: str | bytes, message: str | None
) -> None:
    raw = content if isinstance(content, bytes) else content.encode(errors="surrogateescape")
    if message is None:
        assert columns(read(tmp_path, raw)) == ([1], [2])
    else:
        assert refusal(tmp_path, raw)[: len(message)] == message


@pytest.mark.parametrize(
    ("content", "said", "message"),
    [
        (
            "a,b\n1,2\n",
            {"inputs": ["c"]},
            "data.inputs: no column is named 'c'; the columns are 'a'",
        ),
        ("time,b\n1,2\n", {"inputs": ["tim"]}, "data.inputs: no column is named 'tim'; did you me"),
        (
            "1,2\n",
            {"inputs": ["c"]},
            "data.inputs: no column is named 'c', none has a",
        ),
        ("a,b\n1,2\n", {"outputs": [3]}, "data.outputs = [3]: there are 2 columns"),
        ("a,A\n1,2\n", {"inputs": ["á"]}, "data.inputs: no column"),
        ("a,A,b\n1,2,3\n", {"outputs": ["b"], "inputs": ["á"]}, "data.inputs: no column"),
        ("T,T,b\n1,2,3\n", {"inputs": ["T"], "outputs": ["b"]}, "data.inputs: 2 columns are named"),
        ("a,b\n1,2\n", {"inputs": ["a"], "outputs": [1]}, "data.inputs and data.outputs are the s"),
        *(
            (text, {"inputs": [2], "outputs": [3]}, f"line 1: {numbers} may be names, or numbers")
            for text, numbers in (
                ("place,2019,2020\nroof,1,2\nyard,3,4\n", "2019 and 2020"),
                ("place,2020,2019\nroof,1,2\n", "2020 and 2019"),
                ("y,1,2\nx,3,4\n", "1 and 2"),
                ("depth,0.5,0.2\n1,2,3\n", "0.5 and 0.2"),
                (",5,2\n1,2,3\n", "5 and 2"),
                (",0,1\n0,2.5,3.5\n", "0 and 1"),
            )
        ),
        ("1.000;2,20\n", {"decimal": "."}, "line 1: column 2 is '2,20', which is not a number"),
        ("1 000;2\n", {"thousands": "'"}, "line 1: column 1 is '1 000'"),
        ("x,y\n1,2\n", {"encoding": "nope"}, "data.encoding = 'nope': there is no such encoding"),
        ("x,y\n1,2\n", {"encoding": "hex"}, "data.encoding = 'hex': there is no such encoding"),
        ("é,y\n1,2\n".encode("latin-1"), {"encoding": "utf-8"}, "from line 1 on it can't be read"),
        ("x,y\n1,2\n", {"encoding": "utf-16"}, "from line 1 on it can't be read with encoding"),
        ("x,y\n,2\n", {"missing": "drop"}, "no row has a number in both columns"),
        ("x,y\n,2\n3,err\n", {"missing": "drop"}, "line 3: column 'y' is 'err', which is not a n"),
    ],
)
def test_wrong_keys_are_told(
    tmp_path: Path, content: str | bytes, said: dict[str, Any], message: str
) -> None:
    assert refusal(tmp_path, content, **said).startswith(message)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("a.xlsx", "save it as CSV"),
        ("a.ods", "save it as CSV"),
        ("a.npy", "save it with numpy.savez, as x=…, y=…"),
        ("a.csv.gz", "unpack it"),
    ],
)
def test_other_files_have_a_way_out(tmp_path: Path, name: str, advice: str) -> None:
    assert refusal(tmp_path, "", name).endswith(f".npz files; {advice}")


def test_bytes_that_are_no_utf8_have_a_way_out(tmp_path: Path) -> None:
    for content in ("zeit;wert\n1\xa0000;2\n", "größe,b\n1,2\n"):
        message = refusal(tmp_path, content.encode("cp1252"))
        assert message.endswith("; it isn't UTF-8: say data.encoding")
        assert columns(read(tmp_path, content.encode("cp1252"), encoding="cp1252"))[1] == [2]


@pytest.mark.parametrize(
    ("labels", "classes", "numbers"),
    [
        (["10", "9", "1e1"], ("9", "10"), [1, 0, 1]),
        (["1_2", "12", "0_3"], ("0_3", "12", "1_2"), [2, 1, 0]),  # words, though Python reads 12
        (["12345678901234567890", "12345678901234567891"], None, [0, 1]),
        (
            ["9007199254740993", "9007199254740992"],
            ("9007199254740992", "9007199254740993"),
            [1, 0],
        ),
        (["0.1", "0.10", "0.25"], ("0.1", "0.25"), [0, 0, 1]),
        (["1e999999999", "-1", "2"], ("-1", "1e999999999", "2"), [1, 0, 2]),
    ],
)
def test_what_differs_is_another_class(
    tmp_path: Path, labels: list[str], classes: tuple[str, ...] | None, numbers: list[int]
) -> None:
    rows = "".join(f"{n},{n * n},{label}\n" for n, label in enumerate(labels))
    points = read(tmp_path, f"a,b,kind\n{rows}", label="kind")
    assert points.classes == (classes or tuple(labels)) and points.y.tolist() == numbers


def test_classes_that_cannot_be_read_or_told_apart_are_refused(tmp_path: Path) -> None:
    def table(*labels: str) -> str:
        return "a,kind\n" + "".join(f"{n},{label}\n" for n, label in enumerate(labels))

    latin = table("é", "ü").encode("latin-1")
    assert "which can't be read; it isn't UTF-8" in refusal(tmp_path, latin, label="kind")
    assert read(tmp_path, latin, label="kind", encoding="latin-1").classes == ("é", "ü")
    assert "can't be read" in refusal(tmp_path, table("a\x1b[31m", "b"), label="kind")
    same = refusal(tmp_path, table("x" * 300 + "1", "x" * 300 + "2"), label="kind")
    assert "first 255 characters are the same" in same
    np.savez(tmp_path / "bytes.npz", x=np.arange(2.0), kind=np.array([b"\xe9", b"\xfc"]))
    content = (tmp_path / "bytes.npz").read_bytes()
    assert "can't be read" in refusal(tmp_path, content, "bytes.npz", label="kind")
    gap = {"x": np.arange(3.0), "kind": np.array([0, 1, np.nan])}
    np.savez(tmp_path / "gap.npz", **gap)
    content = (tmp_path / "gap.npz").read_bytes()
    assert 'data.missing = "drop"' in refusal(tmp_path, content, "gap.npz", label="kind")


def test_what_was_read_is_said(tmp_path: Path) -> None:
    points = read(tmp_path, "minutes;temp (°C)\n0;80,5\n1;NA\n2;70\n", missing="drop")
    assert points.summary() == (
        "2 rows, 1 left out: 'minutes' from 0 to 2, 'temp (°C)' from 70 to 80.5,"
        ' delimiter ";", decimal ","'
    )
    assert points.facts("a.csv") == {
        "file": "a.csv", "input": "minutes", "output": "temp (°C)", "delimiter": ";",
        "decimal": ",", "rows": 2, "rows_left_out": 1,
        "input_range": [0.0, 2.0], "output_range": [70.0, 80.5],
    }  # fmt: skip


def test_the_digest_is_of_the_numbers(tmp_path: Path) -> None:
    first = read(tmp_path, "x,y\n1,2.5\n-3,4\n")
    same = [
        read(tmp_path, "y;x\r\n2,5;1,0\r\n4;-3\r\n;\r\n"),
        read(tmp_path, "# 1\n1 2.50\n-3 4\n"),
        read(tmp_path, "x,y\n1,2.5\n7,NA\n-3,4\n", missing="drop"),
    ]
    assert {each.digest for each in same} == {first.digest}
    others = [
        "x,y\n-3,4\n1,2.5\n",
        "x,y\n1,2.5\n-3,4.000000001\n",
        "x,y\n1,2.5\n",
        "y,x\n1,2.5\n-3,4\n",
    ]
    assert len({first.digest, *(read(tmp_path, each).digest for each in others)}) == 5


def test_many_columns_and_quotes_that_never_close_take_no_memory(tmp_path: Path) -> None:
    wide = b",".join([b"1"] * 45_000) + b"\n"
    cases = [
        (wide * 6, "45000 columns without names; say which"),
        (b"1," * 10_000_000, "line 1 is longer than 100,000 characters"),
        (b'x,y\n1,"' + b"2\n" * 300_000, "line 2: a quote that is opened here is never closed"),
        (b"\n" * 200_000, "the file is empty"),
        (b"x,y\n" + b"\0" * 50_000_000, "line 2 is longer than"),
    ]
    for content, message in cases:
        tracemalloc.start()
        try:
            assert refusal(tmp_path, content).startswith(message)
            assert tracemalloc.get_traced_memory()[1] < 30_000_000
        finally:
            tracemalloc.stop()


def test_precision_is_float64(tmp_path: Path) -> None:
    points = read(tmp_path, "x,y\n1709600000.125,1013.25001\n")
    assert points.x.dtype == points.y.dtype == np.float64
    assert columns(points) == ([1709600000.125], [1013.25001])
