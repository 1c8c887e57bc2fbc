"""The report at the end of the demo."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ...composition.application import Application
from ...ports.language.currencies import DOLLAR, Currency
from ...ports.language.money import Cents
from ...ports.language.payments import AccountKind, Solvency
from ...ports.language.users import OPERATOR
from .figures import Figures, MarketData, ProductFigures, by_name, figures_of
from .files import SaleRow


@dataclass(frozen=True, slots=True)
class Report:
    """The state of the exchange after the replay. `today` is the date of its clock."""

    today: date
    products: dict[str, ProductFigures]
    orders: dict[str, int]
    solvency: Solvency
    currency: Currency = DOLLAR

    def as_json(self) -> dict[str, Any]:
        """Return the report for a JSON file. Amounts are in minor units."""
        kinds = self.solvency.by_kind
        return {
            "currency": self.currency.code,
            "products": {name: _as_json(product) for name, product in self.products.items()},
            "orders": self.orders,
            "ledger": {
                "balanced": self.solvency.balanced,
                "escrow": kinds.get(AccountKind.ESCROW, 0),
                "payables": kinds.get(AccountKind.PAYABLE, 0),
                "fees": _fees(self.solvency),
                "held": self.solvency.held,
                "provider": self.solvency.provider_balance,
            },
        }

    def show(self, console: Console) -> None:
        """Print the table of products, the orders by state, and the solvency line."""
        table = Table(
            title="What was sold, and the best prices in the books of all sizes now",
            box=SIMPLE_HEAD,
            pad_edge=False,
        )
        table.add_column("product")
        for column in ("sales", "last", "mean", "high", "low", "ask", "bid"):
            table.add_column(column, justify="right", no_wrap=True)
        for name, product in self.products.items():
            figures = product.figures
            prices = (
                *(figures.last_price, figures.mean_price, figures.high, figures.low),
                *(product.lowest_ask, product.highest_bid),
            )
            table.add_row(escape(name), str(figures.sales), *map(self._rounded, prices))
        console.print(table)
        states = ", ".join(f"{count} {state}" for state, count in self.orders.items())
        console.print(f"Orders: {states}", highlight=False)
        console.print(_solvency_lines(self.solvency, self.currency), highlight=False)

    def _rounded(self, amount: float | None) -> str:
        return "-" if amount is None else self.currency.rounded(amount)


async def make_report(
    application: Application, market_data: MarketData, product_ids: dict[str, str]
) -> Report:
    """Read the market data through the API, and orders and ledger as the operator."""
    products = {}
    for name, product_id in product_ids.items():
        figures = await market_data.of(name, product_id)
        if figures is not None:
            products[name] = figures
    counts = await application.orders.count_orders(OPERATOR)
    orders = {str(status): count for status, count in sorted(counts.items())}
    solvency = await application.payments.check_solvency()
    return Report(market_data.last, products, orders, solvency, application.rules.money)


def differences(report: Report, sales: Sequence[SaleRow]) -> list[str]:
    """Return every figure in which the market differs from the file."""
    expected: defaultdict[str, list[SaleRow]] = defaultdict(list)
    for row in sales:
        expected[row.product].append(row)
    found = []
    for name in sorted(expected.keys() | report.products.keys()):
        if name not in report.products:
            found.append(f"{name} was not sold")
        elif name not in expected:
            found.append(f"{name} is not in the file")
        else:
            wanted, reported = expected[name], report.products[name]
            found += _differing(name, reported.figures, figures_of(wanted, report.today))
            found += _differing_sizes(name, reported.by_size, wanted, report.today)
            if list(reported.tape) != wanted:
                found.append(f"{name}: its list of sales differs")
    return found


def _differing_sizes(
    name: str, reported: dict[str, Figures], sales: Sequence[SaleRow], today: date
) -> Iterator[str]:
    expected: defaultdict[str, list[SaleRow]] = defaultdict(list)
    for row in sales:
        expected[row.size].append(row)
    for size in sorted(expected.keys() | reported.keys()):
        if size not in reported:
            yield f"{name} was not sold in {size}"
        elif size not in expected:
            yield f"{name} in {size} is not in the file"
        else:
            yield from _differing(
                f"{name} in {size}", reported[size], figures_of(expected[size], today)
            )


def _differing(what: str, reported: Figures, expected: Figures) -> Iterator[str]:
    here, there = by_name(reported), by_name(expected)
    for figure in here | there:
        if here.get(figure) != there.get(figure):
            yield f"{what}: {figure} is {here.get(figure)}, not {there.get(figure)}"


def _as_json(product: ProductFigures) -> dict[str, Any]:
    figures: dict[str, Any] = msgspec.to_builtins(product.figures)
    return figures | {
        "by_size": msgspec.to_builtins(product.by_size),
        "lowest_ask": product.lowest_ask,
        "highest_bid": product.highest_bid,
    }


def _fees(solvency: Solvency) -> Cents:
    """Return the total of the exchange's own accounts, less the sellers' debts."""
    apart = (AccountKind.WORLD, AccountKind.ESCROW, AccountKind.PAYABLE)
    return sum(total for kind, total in solvency.by_kind.items() if kind not in apart)


def _solvency_lines(solvency: Solvency, currency: Currency) -> str:
    shown = currency.shown
    kinds = solvency.by_kind
    escrow, payables = kinds.get(AccountKind.ESCROW, 0), kinds.get(AccountKind.PAYABLE, 0)
    verdict = "[green]balanced exactly[/]" if solvency.balanced else "[red]NOT BALANCED[/]"
    return (
        f"Solvency: escrow {shown(escrow)} + payables {shown(payables)} + "
        f"fees {shown(_fees(solvency))} = {shown(solvency.held)}\n"
        f"The payment provider holds {shown(solvency.provider_balance)}: {verdict}"
    )
