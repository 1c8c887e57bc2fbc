"""The rows of files in the encodings and with the faults that files have."""

import os
from pathlib import Path

import pytest

from solebook.entrypoints.files.formats import SALES, find_columns, parse_mapping
from solebook.entrypoints.files.rows import BadFile, Row, RowFile, opened_rows
from solebook.ports.language.currencies import DOLLAR


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


def read(path: Path, content: bytes) -> list[Row]:
    path.write_bytes(content)
    with opened_rows(path) as rows:
        assert list(rows.columns) == ["a", "b"]
        return list(rows)


GOOD = [Row(2, ["é", "2"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_files_are_read_in_every_encoding(
    path: Path, encoding: str, newline: str, separator: str
) -> None:
    text = newline.join(["a,b", "é,2", ""]).replace(",", separator)
    content = (
        b"\xff\xfe" + text.encode("utf-16-le")
        if encoding == "utf-16-le-bom"
        else text.encode(encoding)
    )
    assert read(path, content) == GOOD


def test_lines_are_those_in_which_rows_begin_and_empty_ones_are_skipped(path: Path) -> None:
    rows = read(path, b'a,b\n\n,\n"x\ny",1\n  \n5,6\n1\n1,2,\n1,2,3\n')
    assert [(row.line, list(row.fields), row.problem) for row in rows] == [
        (4, ["x\ny", "1"], None),
        (7, ["5", "6"], None),
        (8, [], "there are fewer fields than columns"),
        (9, ["1", "2", ""], None),
        (10, [], "there are more fields than columns"),
    ]


def test_a_bad_row_does_not_stop_the_others(path: Path) -> None:
    rows = read(path, b'a,b\n1,"x"y\n' + b"x" * 1_001 + b",1\n5,6\n\xff,1\n")
    assert [(row.line, row.problem) for row in rows] == [
        (2, "it is not CSV: ',' expected after '\"'"),
        (3, "a field is longer than 1,000 characters"),
        (4, None),
        (5, "it is not UTF-8 text"),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "has no line that names its columns"),
        (b"\xff\xfea\0,\0b\0\n\0\xff", "is not UTF-16 text"),
        (b"a,\xff\n", "no line that names its columns"),
        ("a,b\n".encode("utf-16-le"), "UTF-16 must begin with its mark"),
        (b"\x1f\x8b\x08\0", "compressed by gzip"),
        (b"PK\x03\x04", "a ZIP archive or a workbook"),
        (b"a,b\n" + b"x" * 100_001, "line 2: it is longer than 100,000 characters"),
    ],
)
def test_what_is_no_csv_is_refused(path: Path, content: bytes, problem: str) -> None:
    with pytest.raises(BadFile, match=problem):
        read(path, content)


def test_a_quotation_mark_that_is_not_closed_is_refused(path: Path) -> None:
    rows = read(path, b'a,b\n1,"2\n3,4\n')
    assert [(row.line, row.problem is not None) for row in rows] == [(2, True)]


def test_a_bad_row_of_many_lines_says_how_far_it_reaches(path: Path) -> None:
    rows = read(path, b'a,b\n1,"2\n' + b"3,4\n" * 40_000 + b'5,"6"\n')
    first = rows[0].problem or ""
    assert first.startswith("it is not CSV: field larger than field limit")
    assert "(lines 2 to 32" in first
    assert rows[-1].fields == ["5", "6"]


def test_a_pipe_is_refused() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe, pytest.raises(BadFile, match="f is no file but a pipe"):
        RowFile(pipe, "f")


def test_columns_are_found_by_any_known_names_or_given_ones() -> None:
    own = ["sold_on", "product", "us_size", "price_usd"]
    contest = ["Order Date", "Brand", "Sneaker Name", "Sale Price", "Shoe Size", "Buyer Region"]
    assert find_columns(own, SALES, DOLLAR, "f").places["price"] == (3, "price_usd")
    assert find_columns(contest, SALES, DOLLAR, "f").places["product"] == (2, "Sneaker Name")
    given = parse_mapping("product = Shoe , sold_on=On,size=US,price=Paid")
    columns = find_columns(["On", "SHOE", "us", "paid"], SALES, DOLLAR, "f", given)
    assert columns.places["size"] == (2, "us")
    with pytest.raises(BadFile, match="no sold_on, us_size"):
        find_columns(["product", "price_usd"], SALES, DOLLAR, "f")
    with pytest.raises(BadFile, match="no column 'On', 'US', 'Paid'"):
        find_columns(own, SALES, DOLLAR, "f", given | {"product": "product"})
    with pytest.raises(BadFile, match="two columns 'A'"):
        find_columns(["a", "A"], SALES, DOLLAR, "f")
    for text in ("product", "what=x", "product=", ""):
        with pytest.raises(ValueError, match="does not say"):
            parse_mapping(text)
