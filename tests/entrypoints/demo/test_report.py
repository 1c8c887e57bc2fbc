"""The demo's report: what it counts, how it looks, and that it tells every difference."""

import io
import json
from dataclasses import replace
from datetime import date

import pytest
from rich.console import Console

from solebook.entrypoints.demo.files import SaleRow, read_catalogue
from solebook.entrypoints.demo.report import ProductReport, Report, SizeReport, differences
from solebook.ports.language.market import Size
from solebook.ports.language.payments import AccountKind, Solvency
from solebook.ports.language.rules import MarketRules

DUNK, AIR_MAX = "Nike Dunk Low", "Nike Air Max 1"
SOLVENCY = Solvency(
    {
        AccountKind.WORLD: -167_400,
        AccountKind.ESCROW: 100_000,
        AccountKind.PAYABLE: 50_000,
        AccountKind.FEES: 15_000,
        AccountKind.PROCESSING: 5_000,
        AccountKind.SHIPPING: 1_400,
        AccountKind.PENALTIES: 3_000,
        AccountKind.DEBT: -7_000,
    },
    gateway_balance=167_400,
)
REPORT = Report(
    products={
        DUNK: ProductReport(
            sales=3,
            last_price=30_000,
            mean_price=20_000.0,
            by_size={"9": SizeReport(2, 30_000), "10.5": SizeReport(1, 20_000)},
            lowest_ask=32_000,
            highest_bid=None,
        ),
        AIR_MAX: ProductReport(
            sales=1,
            last_price=9_900,
            mean_price=9_900.0,
            by_size={"9": SizeReport(1, 9_900)},
            lowest_ask=None,
            highest_bid=7_900,
        ),
    },
    orders={"cancelled": 3, "delivered": 4},
    solvency=SOLVENCY,
)


def sale(product: str, size: str, price: int) -> SaleRow:
    return SaleRow(date(2017, 10, 17), product, Size(size), price)


SALES = [
    sale(DUNK, "9", 10_000),
    sale(AIR_MAX, "9", 9_900),
    sale(DUNK, "10.5", 20_000),
    sale(DUNK, "9", 30_000),
]


# ---- what is written -----------------------------------------------------------------------------


def test_the_file_has_the_sales_the_orders_and_the_ledger() -> None:
    assert json.loads(json.dumps(REPORT.as_json())) == {
        "products": {
            DUNK: {
                "sales": 3,
                "last_price": 30_000,
                "mean_price": 20_000,
                "by_size": {
                    "9": {"sales": 2, "last_price": 30_000},
                    "10.5": {"sales": 1, "last_price": 20_000},
                },
                "lowest_ask": 32_000,
                "highest_bid": None,
            },
            AIR_MAX: {
                "sales": 1,
                "last_price": 9_900,
                "mean_price": 9_900,
                "by_size": {"9": {"sales": 1, "last_price": 9_900}},
                "lowest_ask": None,
                "highest_bid": 7_900,
            },
        },
        "orders": {"cancelled": 3, "delivered": 4},
        "ledger": {
            "balanced": True,
            "escrow": 100_000,
            "payables": 50_000,
            "fees": 17_400,
            "held": 167_400,
            "gateway": 167_400,
        },
    }


def test_the_parts_of_the_ledger_add_up_to_what_is_held() -> None:
    ledger = REPORT.as_json()["ledger"]
    assert ledger["escrow"] + ledger["payables"] + ledger["fees"] == ledger["held"]


# ---- what is shown -------------------------------------------------------------------------------


def shown(report: Report, width: int = 120) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    report.show(console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_every_product_has_its_line() -> None:
    lines = shown(REPORT)
    [dunk] = [line.split() for line in lines if DUNK in line]
    assert dunk == [*DUNK.split(), "3", "$300.00", "$200.00", "$320.00", "-"]
    assert "Orders: 3 cancelled, 4 delivered" in lines
    assert lines[-2:] == [
        "Solvency: escrow $1,000.00 + payables $500.00 + fees $174.00 = $1,674.00",
        "The payment provider holds $1,674.00: balanced to the cent",
    ]


def test_a_cent_that_is_missing_is_told() -> None:
    solvency = replace(SOLVENCY, gateway_balance=167_399)
    lines = shown(replace(REPORT, solvency=solvency))
    assert lines[-1] == "The payment provider holds $1,673.99: NOT BALANCED"


@pytest.mark.parametrize(("width", "most"), [(80, 2), (120, 1)])
def test_the_table_fits_the_console(width: int, most: int) -> None:
    [product] = [REPORT.products[DUNK]]
    dear = replace(product, sales=12_345, last_price=1_234_567_89, lowest_ask=1_234_567_89)
    names = [row.name for row in read_catalogue(None, MarketRules())]
    lines = shown(replace(REPORT, products=dict.fromkeys(names, dear)), width)
    assert max(len(line) for line in lines) <= width
    rows = [line for line in lines if "12345" in line]
    assert len(rows) == len(names)
    end = lines.index(rows[-1])
    assert end - lines.index(rows[0]) < most * len(rows)
    assert all("$1,234,567.89" in line for line in rows)


@pytest.mark.parametrize("name", ["Nike [red]Dunk[/red]", "Nike [/] Dunk", "Nike [dunk]", "\\[x]"])
def test_a_name_is_shown_as_it_is(name: str) -> None:
    assert any(name in line for line in shown(replace(REPORT, products={name: dunk()})))


# ---- differences ---------------------------------------------------------------------------------


def dunk(**changes: object) -> ProductReport:
    return replace(REPORT.products[DUNK], **changes)  # type: ignore[arg-type]  # fields by name


def differing(product: ProductReport) -> list[str]:
    return differences(replace(REPORT, products=REPORT.products | {DUNK: product}), SALES)


def test_nothing_differs_where_the_tape_holds_the_file() -> None:
    assert differences(REPORT, SALES) == []


def test_a_product_without_its_sales_is_told() -> None:
    without = replace(REPORT, products={AIR_MAX: REPORT.products[AIR_MAX]})
    assert differences(without, SALES) == [f"{DUNK} was not sold"]


def test_a_product_that_should_have_no_sales_is_told() -> None:
    assert differences(REPORT, [row for row in SALES if row.product == DUNK]) == [
        f"{AIR_MAX} is not in the file"
    ]


@pytest.mark.parametrize(
    ("product", "difference"),
    [
        (dunk(sales=4), "sales is 4, not 3"),
        (dunk(last_price=20_000), "last_price is 20000, not 30000"),
        (dunk(mean_price=20_000.01), "mean_price is 20000.01, not 20000.0"),
    ],
)
def test_a_number_that_differs_is_told(product: ProductReport, difference: str) -> None:
    assert differing(product) == [f"{DUNK}: {difference}"]


@pytest.mark.parametrize(
    "by_size",
    [
        {"9": SizeReport(2, 30_000), "10": SizeReport(1, 20_000)},
        {"9": SizeReport(1, 30_000), "10.5": SizeReport(2, 20_000)},
        {"9": SizeReport(2, 10_000), "10.5": SizeReport(1, 20_000)},
        {"9": SizeReport(3, 30_000)},
    ],
)
def test_a_size_that_differs_is_told(by_size: dict[str, SizeReport]) -> None:
    [difference] = differing(dunk(by_size=by_size))
    assert difference.startswith(f"{DUNK}: by_size is ")


def test_every_difference_is_told() -> None:
    wrong = dunk(sales=4, last_price=1)
    assert len(differing(wrong)) == 2
