"""The result of a simulated market."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ...ports.language.currencies import DOLLAR, Currency
from ...ports.language.market import Size
from ...ports.language.money import Cents
from ...ports.language.orders import OrderStatus
from ...ports.language.payments import AccountKind, Solvency
from .invariants import Invariants


class Trade(NamedTuple):
    """A sale that was paid and not voided since. The price is in minor units."""

    time: datetime
    product: str
    size: Size
    price: Cents


class BestPrices(NamedTuple):
    """The best quotes of one book at the end, in minor units, or None if a side is empty."""

    product: str
    size: Size
    highest_bid: Cents | None
    lowest_ask: Cents | None


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """A market at the end of its last day, with orders that may still be open."""

    trades: tuple[Trade, ...]
    """In order of time."""
    orders: Mapping[OrderStatus, int]
    """The number of orders by status, without statuses of no order."""
    best_prices: tuple[BestPrices, ...]
    seller_levels: Mapping[int, int]
    """The number of sellers by level, without levels of no seller."""
    refusals: Mapping[str, int]
    """The number of refusals by name."""
    solvency: Solvency
    invariants: Invariants
    currency: Currency = DOLLAR

    @property
    def volume(self) -> Cents:
        """The total price of all trades."""
        return sum(trade.price for trade in self.trades)

    @property
    def fees_earned(self) -> Cents:
        """The transaction fees of all trades that were paid out."""
        return self.solvency.by_kind.get(AccountKind.FEES, 0)

    def summary(self) -> str:
        """Return the result as a text of several lines."""
        held = self.solvency.by_kind
        lines = [
            f"trades         {len(self.trades)}, worth {self._money(self.volume)}",
            f"orders         {_counts(self.orders)}",
            f"seller levels  {_counts(self.seller_levels)}",
            f"refusals       {_counts(self.refusals)}",
            f"fees earned    {self._money(self.fees_earned)}",
            f"penalties      {self._money(held.get(AccountKind.PENALTIES, 0))}",
            f"in escrow      {self._money(held.get(AccountKind.ESCROW, 0))}",
            f"money          {'all there' if self.solvency.balanced else 'DOES NOT BALANCE'}",
            "",
            f"{'book':<24}{'trades':>8}{'last':>12}{'bid':>12}{'ask':>12}",
            *map(self._book_line, self.best_prices),
        ]
        return "\n".join(lines)

    def figures(self) -> dict[str, object]:
        """Return the result as values for JSON. Amounts are in minor units, times in UTC."""
        held = self.solvency.by_kind
        return {
            "currency": self.currency.code,
            "volume": self.volume,
            "fees_earned": self.fees_earned,
            "penalties": held.get(AccountKind.PENALTIES, 0),
            "escrow": held.get(AccountKind.ESCROW, 0),
            "balanced": self.solvency.balanced,
            "orders": {str(status): number for status, number in self.orders.items()},
            "seller_levels": {str(level): number for level, number in self.seller_levels.items()},
            "refusals": dict(self.refusals),
            "books": [best._asdict() for best in self.best_prices],
            "trades": [
                {**trade._asdict(), "time": trade.time.isoformat()} for trade in self.trades
            ],
        }

    def _book_line(self, best: BestPrices) -> str:
        prices = [t.price for t in self.trades if (t.product, t.size) == (best.product, best.size)]
        last = prices[-1] if prices else None
        return (
            f"{f'{best.product} {best.size}':<24}{len(prices):>8}"
            f"{self._money(last):>12}{self._money(best.highest_bid):>12}{self._money(best.lowest_ask):>12}"
        )

    def _money(self, amount: Cents | None) -> str:
        return "-" if amount is None else self.currency.plain(amount)


def _counts(numbers: Mapping[OrderStatus, int] | Mapping[int, int] | Mapping[str, int]) -> str:
    return ", ".join(f"{name}: {number}" for name, number in numbers.items()) or "none"
