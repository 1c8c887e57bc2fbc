"""The demo's files: valid rows, and messages about bad rows."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from solebook.entrypoints.demo.files import (
    CatalogueRow,
    SaleRow,
    read_catalogue,
    read_sales,
)
from solebook.entrypoints.files.rows import BadFile
from solebook.ports.language.market import Size
from solebook.ports.language.rules import MarketRules

RULES = MarketRules()
CATALOGUE = [
    CatalogueRow("Nike Dunk Low", "white", 11_000, date(2021, 3, 10)),
    CatalogueRow("Nike Air Max 1, OG", "red", 14_000, date(2017, 3, 21)),
]
PRODUCTS_HEADER = "product,model,color,retail_usd,released_on"
SALES_HEADER = "sold_on,product,us_size,price_usd"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_it(*lines: str, encoding: str = "utf-8", newline: str = "\n") -> Path:
        file = tmp_path / "file.csv"
        file.write_bytes(newline.join([*lines, ""]).encode(encoding))
        return file

    return write_it


def catalogue(file: Path) -> list[CatalogueRow]:
    return read_catalogue(file, RULES)


def sales(file: Path) -> list[SaleRow]:
    return read_sales(file, CATALOGUE, RULES)


# ---- valid files ---------------------------------------------------------------------------------


def test_products_are_read(write: Write) -> None:
    file = write(
        PRODUCTS_HEADER,
        "Nike Dunk Low,Dunk,white,110,2021-03-10",
        '"Nike Air Max 1, OG",Air Max,red,140.00,2017-03-21',
    )
    assert catalogue(file) == CATALOGUE


def test_sales_are_read_oldest_first_and_in_file_order_on_a_day(write: Write) -> None:
    file = write(
        SALES_HEADER,
        "2021-05-02,Nike Dunk Low,9,250",
        "2021-05-01,Nike Dunk Low,10.5,240",
        '2021-05-01,"Nike Air Max 1, OG",6Y,99',
        "2021-05-01,Nike Dunk Low,10.5,100000",
    )
    day = date(2021, 5, 1)
    assert sales(file) == [
        SaleRow(day, "Nike Dunk Low", Size("10.5"), 24_000),
        SaleRow(day, "Nike Air Max 1, OG", Size("6Y"), 9_900),
        SaleRow(day, "Nike Dunk Low", Size("10.5"), 10_000_000),
        SaleRow(date(2021, 5, 2), "Nike Dunk Low", Size("9"), 25_000),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\n\n"])
def test_files_of_common_spreadsheets_are_read(write: Write, encoding: str, newline: str) -> None:
    file = write(
        "price_usd,us_size,note,sold_on,product",
        "250, 9 ,é\u2028x,2021-05-02, Nike Dunk Low ",
        encoding=encoding,
        newline=newline,
    )
    assert sales(file) == [SaleRow(date(2021, 5, 2), "Nike Dunk Low", Size("9"), 25_000)]


@pytest.mark.parametrize(
    ("text", "cents"), [("450", 45_000), ("450.0", 45_000), ("450.00", 45_000)]
)
def test_prices_are_dollars_with_or_without_cents(write: Write, text: str, cents: int) -> None:
    [row] = sales(write(SALES_HEADER, f"2021-05-02,Nike Dunk Low,9,{text}"))
    assert row.price == cents


def test_the_sample_is_valid() -> None:
    products = read_catalogue(None, RULES)
    rows = read_sales(None, products, RULES)
    assert (len(products), len(rows)) == (27, 605)
    assert {row.product for row in rows} <= {product.name for product in products}
    assert Counter(row.sold_on for row in rows).most_common(1)[0][1] < 50


def test_the_contest_has_products_and_sales_in_one_file(write: Write) -> None:
    file = write(
        "Order Date,Brand,Sneaker Name,Sale Price,Retail Price,Release Date,Shoe Size,Buyer Region",
        '9/2/17, Yeezy,Adidas-Yeezy-Boost-350-V2-Zebra,"$1,097",$220,2/25/17,11,California',
        "9/1/2017, Yeezy,Adidas-Yeezy-Boost-350-V2-Zebra,1500,220,2/25/2017,11.0,California",
        encoding="utf-8-sig",
    )
    name = "Adidas Yeezy Boost 350 V2 Zebra"
    products = catalogue(file)
    assert products == [CatalogueRow(name, "as named", 22_000, date(2017, 2, 25))]
    assert read_sales(file, products, RULES) == [
        SaleRow(date(2017, 9, 1), name, Size("11"), 150_000),
        SaleRow(date(2017, 9, 2), name, Size("11"), 109_700),
    ]


# ---- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",Nike Dunk Low,9,250", "sold_on '' is not a date such as 2017-10-17"),
        ("17.10.2021,Nike Dunk Low,9,250", "sold_on '17.10.2021' is not a date such as 2017-10-1"),
        ("2021-02-30,Nike Dunk Low,9,250", "sold_on '2021-02-30': there is no such day"),
        ("0021-02-03,Nike Dunk Low,9,250", "sold_on '0021-02-03' is not between 1980 and 2100"),
        ("9999-12-31,Nike Dunk Low,9,250", "sold_on '9999-12-31' is not between 1980 and 2100"),
        ("2021-05-02,,9,250", "product is empty"),
        ("2021-05-02,Nike Dunk,9,250", "'Nike Dunk' is not in the catalogue"),
        ("2021-05-02,Nike Dunk Low,,250", "us_size '' is not a US shoe size"),
        ("2021-05-02,Nike Dunk Low,42,250", "us_size '42' is not a US shoe size"),
        ("2021-05-02,Nike Dunk Low,9.25,250", "us_size '9.25' is not a US shoe size"),
        ("2021-05-02,Nike Dunk Low,9,", "price_usd '' is not an amount such as 450 or 449.50"),
        ("2021-05-02,Nike Dunk Low,9", "there are fewer fields than columns"),
        ("2021-05-02,Nike Dunk Low,9,€250", "price_usd '€250' is not in USD"),
        ('2021-05-02,Nike Dunk Low,9,"1,25"', "price_usd '1,25' is not an amount"),
        ("2021-05-02,Nike Dunk Low,9,1٠", "price_usd '1٠' is not an amount"),
        ("2021-05-02,Nike Dunk Low,9,-250", "price_usd '-250' is not an amount"),
        ("2021-05-02,Nike Dunk Low,9,2e2", "price_usd '2e2' is not an amount"),
        ("2021-05-02,Nike Dunk Low,9,250.001", "price_usd '250.001' is not an amount"),
        ("2021-05-02,Nike Dunk Low,9,nan", "price_usd 'nan' is not an amount"),
        ("2021-05-02,Nike Dunk Low,9,2\uff15\u0660", "price_usd '2\uff15\u0660' is not an amount"),
        ("2021-05-02,Nike Dunk Low,9,250.\u0665", "price_usd '250.\u0665' is not an amount"),
        ("2021-05-02,Nike Dunk Low,9,2_50", "price_usd '2_50' is not an amount"),
        ("2021-05-02,Nike Dunk Low,1\u0660,250", "is not a US shoe size such as 9, 10.5 or 6Y"),
        ("2021-05-0\uff12,Nike Dunk Low,9,250", "is not a date such as 2017-10-17"),
        (
            "2021-05-02,Nike Dunk Low,9,250.50",
            "price_usd 250.50 is not between 25.00 and 100,000.0",
        ),
        (
            "2021-05-02,Nike Dunk Low,9,24",
            "price_usd 24 is not between 25.00 and 100,000.00 in step",
        ),
        ("2021-05-02,Nike Dunk Low,9,100001", "in steps of 1.00"),
        (f"2021-05-02,Nike Dunk Low,9,{'9' * 900}", "price_usd '9999"),
        ("2021-05-02,Nike Dunk Low,9,250,extra", "there are more fields than columns"),
        ("2021-05-02,Nike Air Max 1, OG,9,250", "there are more fields than columns"),
    ],
)
def test_a_bad_sale_is_reported_with_its_line(write: Write, row: str, problem: str) -> None:
    file = write(SALES_HEADER, "2021-05-02,Nike Dunk Low,9,250", row)
    with pytest.raises(BadFile) as refused:
        sales(file)
    first, line = str(refused.value).splitlines()
    assert first == f"{file} has bad rows:"
    assert line.startswith("  line 3: ")
    assert problem in line
    assert len(line) < 200


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",Dunk,white,110,2021-03-10", "product is empty"),
        (f"{'x' * 101},Dunk,white,110,2021-03-10", "product is longer than 100 characters"),
        ("Nike\x07,Dunk,white,110,2021-03-10", "product has a line break or another control"),
        ("Nike Dunk,Dunk,,110,2021-03-10", "color is empty"),
        (f"Nike Dunk,Dunk,{'x' * 101},110,2021-03-10", "color is longer than 100 characters"),
        ("Nike Dunk,Dunk,white,free,2021-03-10", "retail_usd 'free' is not an amount"),
        ("Nike Dunk,Dunk,white,100000.01,2021-03-10", "retail_usd 100000.01 is above 100,000.00"),
        ("Nike Dunk,Dunk,white,110,soon", "released_on 'soon' is not a date such as 2017-10-17"),
        ("Nike Dunk Low,Dunk,white,110,2021-03-10", "'Nike Dunk Low' is a duplicate"),
    ],
)
def test_a_bad_product_is_reported_with_its_line(write: Write, row: str, problem: str) -> None:
    file = write(PRODUCTS_HEADER, "Nike Dunk Low,Dunk,white,110,2021-03-10", row)
    with pytest.raises(BadFile) as refused:
        catalogue(file)
    first, line = str(refused.value).splitlines()
    assert first == f"{file} has bad rows:"
    assert line.startswith("  line 3: ")
    assert problem in line


def test_lines_are_counted_as_in_an_editor(write: Write) -> None:
    file = write(
        SALES_HEADER,
        '2021-05-02,"Nike\nDunk",9,250',
        "",
        "2021-05-02,Nike Dunk Low,9,250",
        "2021-05-02,Nike Dunk Low,9,1",
    )
    with pytest.raises(BadFile) as refused:
        sales(file)
    assert [line[:9] for line in str(refused.value).splitlines()[1:]] == ["  line 2:", "  line 6:"]


def test_only_the_first_bad_rows_are_shown(write: Write) -> None:
    with pytest.raises(BadFile) as refused:
        sales(write(SALES_HEADER, *["2021-05-02,Nike Dunk Low,9,1"] * 23))
    lines = str(refused.value).splitlines()
    assert len(lines) == 22
    assert lines[1].startswith("  line 2: ")
    assert lines[-2].startswith("  line 21: ")
    assert lines[-1] == "  and 3 more"


def test_twenty_bad_rows_are_all_shown(write: Write) -> None:
    with pytest.raises(BadFile) as refused:
        sales(write(SALES_HEADER, *["2021-05-02,Nike Dunk Low,9,1"] * 20))
    assert str(refused.value).splitlines()[-1].startswith("  line 21: ")


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("sold_on,product,us_size", "no price_usd"),
        ("date,product,size,price", "no sold_on, us_size, price_usd"),
        ("2021-05-02,Nike Dunk Low,9,250", "no sold_on, product, us_size, price_usd"),
    ],
)
def test_missing_columns_are_reported(write: Write, header: str, missing: str) -> None:
    with pytest.raises(BadFile) as refused:
        sales(write(header))
    assert str(refused.value).endswith(
        f"needs the columns sold_on, product, us_size, price_usd; {missing}"
    )


def test_a_file_without_rows_is_refused(write: Write, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"file.csv has no sales$"):
        sales(write(SALES_HEADER))
    with pytest.raises(BadFile, match=r"file.csv has no products$"):
        catalogue(write(PRODUCTS_HEADER))
    (tmp_path / "file.csv").write_bytes(b"")
    with pytest.raises(BadFile, match="no line that names its columns"):
        catalogue(tmp_path / "file.csv")


def test_a_binary_file_is_refused(write: Write) -> None:
    with pytest.raises(BadFile, match="line 2: it is not UTF-8 text"):
        sales(write(SALES_HEADER, "2021-05-02,Nike é,9,250", encoding="latin-1"))


def test_an_unclosed_quotation_mark_is_reported(write: Write) -> None:
    with pytest.raises(BadFile, match="line 2: it is not CSV: unexpected end of data"):
        sales(write(SALES_HEADER, '2021-05-02,"Nike Dunk Low,9,250', *["x"] * 5))


def test_an_unreadable_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sales(tmp_path / "none.csv")
    with pytest.raises(IsADirectoryError):
        sales(tmp_path)


# ---- currencies ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "text", "price"), [("JPY", "25000", 25_000), ("KWD", "250.000", 250_000)]
)
def test_prices_of_a_file_are_in_the_currency_of_the_rules(
    write: Write, code: str, text: str, price: int
) -> None:
    rules, suffix = MarketRules.in_currency(code), code.lower()
    columns = f"sold_on,product,us_size,price_{suffix}"
    (row,) = read_sales(write(columns, f"2021-05-01,Nike Dunk Low,9,{text}"), CATALOGUE, rules)
    assert row.price == price
    columns = f"product,model,color,retail_{suffix},released_on"
    (product,) = read_catalogue(
        write(columns, f"Nike Dunk Low,Dunk,white,{text},2021-03-10"), rules
    )
    assert product.retail_price == price


def test_a_file_in_another_currency_than_the_rules_is_refused(write: Write) -> None:
    file = write(SALES_HEADER, "2021-05-01,Nike Dunk Low,9,250")
    with pytest.raises(BadFile, match="no price_jpy"):
        read_sales(file, CATALOGUE, MarketRules.in_currency("JPY"))


def test_a_price_with_decimals_that_the_currency_has_not_is_refused(write: Write) -> None:
    file = write("sold_on,product,us_size,price_jpy", "2021-05-01,Nike Dunk Low,9,25000.00")
    with pytest.raises(BadFile, match=r"price_jpy '25000\.00' is not an amount such as 450$"):
        read_sales(file, CATALOGUE, MarketRules.in_currency("JPY"))


@pytest.mark.parametrize(("code", "times"), [("JPY", 1), ("KWD", 10)])
def test_the_currency_takes_the_place_of_the_dollars_in_the_sample(code: str, times: int) -> None:
    rules = MarketRules.in_currency(code)
    in_dollars = read_sales(None, read_catalogue(None, RULES), RULES)
    rows = read_sales(None, read_catalogue(None, rules), rules)
    assert [row.price for row in rows] == [row.price * times for row in in_dollars]
