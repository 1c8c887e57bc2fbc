"""What the demo shows at the end."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ...composition.application import Application
from ...ports.language.analytics import SalesSummary
from ...ports.language.ids import ProductId
from ...ports.language.market import BookKey, BookView
from ...ports.language.money import Cents
from ...ports.language.payments import AccountKind, Solvency
from .files import SaleRow


@dataclass(frozen=True, slots=True)
class SizeReport:
    """The sales of one size; `last_price` in cents."""

    sales: int
    last_price: Cents


@dataclass(frozen=True, slots=True)
class ProductReport:
    """The sales of one product, in cents, and the best prices in its books now."""

    sales: int
    last_price: Cents
    mean_price: float
    by_size: dict[str, SizeReport]
    lowest_ask: Cents | None
    highest_bid: Cents | None


@dataclass(frozen=True, slots=True)
class Report:
    """What the exchange holds after the replay."""

    products: dict[str, ProductReport]
    orders: dict[str, int]
    solvency: Solvency

    def as_json(self) -> dict[str, Any]:
        """Return it as it is written to a file; amounts in cents."""
        kinds = self.solvency.by_kind
        return {
            "products": {name: asdict(product) for name, product in self.products.items()},
            "orders": self.orders,
            "ledger": {
                "balanced": self.solvency.balanced,
                "escrow": kinds.get(AccountKind.ESCROW, 0),
                "payables": kinds.get(AccountKind.PAYABLE, 0),
                "fees": _fees(self.solvency),
                "held": self.solvency.held,
                "gateway": self.solvency.gateway_balance,
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
        for column in ("sales", "last", "mean", "ask", "bid"):
            table.add_column(column, justify="right", no_wrap=True)
        for name, product in self.products.items():
            table.add_row(
                escape(name),
                str(product.sales),
                _dollars(product.last_price),
                _dollars(product.mean_price),
                _dollars(product.lowest_ask),
                _dollars(product.highest_bid),
            )
        console.print(table)
        states = ", ".join(f"{count} {state}" for state, count in self.orders.items())
        console.print(f"Orders: {states}", highlight=False)
        console.print(_solvency_lines(self.solvency), highlight=False)


async def make_report(application: Application, product_ids: dict[str, str]) -> Report:
    """Ask the exchange what it holds."""
    products = {}
    for name, product_id in product_ids.items():
        key = ProductId(UUID(product_id))
        summaries = await application.adapters.store.tape.summaries(key)
        if summaries:
            product = await application.adapters.store.products.get(key)
            books = [BookKey(key, size) for size in product.sizes]
            views = await application.adapters.book_views.best(books)
            products[name] = _product_report(summaries, views)
    counts = await application.adapters.store.orders.count_by_status()
    orders = {str(status): count for status, count in sorted(counts.items())}
    return Report(products, orders, await application.payments.check_solvency())


def differences(report: Report, sales: Sequence[SaleRow]) -> list[str]:
    """Return how the tape differs from the file, product by product; nothing if it does not."""
    found = []
    expected = _expected(sales)
    for name in sorted(expected.keys() | report.products.keys()):
        if name not in report.products:
            found.append(f"{name} was not sold")
        elif name not in expected:
            found.append(f"{name} is not in the file")
        else:
            product = report.products[name]
            found += [
                f"{name}: {field} is {getattr(product, field)}, not {value}"
                for field, value in expected[name].items()
                if getattr(product, field) != value
            ]
    return found


def _expected(sales: Sequence[SaleRow]) -> dict[str, dict[str, Any]]:
    """Return the fields of each product's report that follow from the file."""
    by_product: defaultdict[str, list[SaleRow]] = defaultdict(list)
    for row in sales:
        by_product[row.product].append(row)
    expected = {}
    for name, rows in by_product.items():
        counts = Counter(row.size for row in rows)
        last_prices = {row.size: row.price for row in rows}
        expected[name] = {
            "sales": len(rows),
            "last_price": rows[-1].price,
            "mean_price": sum(row.price for row in rows) / len(rows),
            "by_size": {size: SizeReport(counts[size], last_prices[size]) for size in counts},
        }
    return expected


def _product_report(summaries: Sequence[SalesSummary], views: Sequence[BookView]) -> ProductReport:
    sales = sum(summary.sales for summary in summaries)
    asks = [view.lowest_ask for view in views if view.lowest_ask is not None]
    bids = [view.highest_bid for view in views if view.highest_bid is not None]
    return ProductReport(
        sales=sales,
        last_price=max((s.last for s in summaries), key=lambda sale: sale.place).price,
        mean_price=sum(summary.total for summary in summaries) / sales,
        by_size={s.book.size: SizeReport(s.sales, s.last.price) for s in summaries},
        lowest_ask=min(asks, default=None),
        highest_bid=max(bids, default=None),
    )


def _fees(solvency: Solvency) -> Cents:
    """Everything that is the platform's, less what sellers owe it."""
    apart = (AccountKind.WORLD, AccountKind.ESCROW, AccountKind.PAYABLE)
    return sum(total for kind, total in solvency.by_kind.items() if kind not in apart)


def _solvency_lines(solvency: Solvency) -> str:
    kinds = solvency.by_kind
    escrow, payables = kinds.get(AccountKind.ESCROW, 0), kinds.get(AccountKind.PAYABLE, 0)
    verdict = "[green]balanced to the cent[/]" if solvency.balanced else "[red]NOT BALANCED[/]"
    return (
        f"Solvency: escrow {_dollars(escrow)} + payables {_dollars(payables)} + "
        f"fees {_dollars(_fees(solvency))} = {_dollars(solvency.held)}\n"
        f"The payment provider holds {_dollars(solvency.gateway_balance)}: {verdict}"
    )


def _dollars(cents: float | None) -> str:
    return "-" if cents is None else f"${cents / 100:,.2f}"
