"""Trading in the demo: bids and asks that make each pair trade at its historic price."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from ...ports.language.market import Size
from ...ports.language.money import Cents
from ...ports.language.rules import MarketRules
from .api import Api, ApiRefusal, wait_for
from .files import SaleRow
from .people import People, Person

_AT_ONCE = 8
"""How many products are traded concurrently."""
_AROUND_EVERY = 25
"""The quotes around a book's prices are renewed after this number of its sales."""
_MARGIN = 20
"""The minimum distance in ticks between the sales' prices and the quotes around them."""


@dataclass(frozen=True, slots=True)
class Trade:
    """A match that the demo made."""

    order_id: str
    buyer: Person
    seller: Person


@dataclass(frozen=True, slots=True)
class _UpcomingSale:
    """A sale, its place in its book, and the price range of its book from here on."""

    row: SaleRow
    number: int
    place: int
    is_last: bool
    lowest: Cents
    highest: Cents


@dataclass(frozen=True, slots=True)
class _Resting:
    """A quote around the prices: its owner's API, its path, and the day when it expires."""

    api: Api
    path: str
    until: date


class Market:
    """Places quotes for the people of the demo. Each product trades in the file's order."""

    def __init__(
        self,
        people: People,
        product_ids: dict[str, str],
        sales: Sequence[SaleRow],
        rules: MarketRules,
    ) -> None:
        self._people = people
        self._product_ids = product_ids
        self._rules = rules
        self._coming = _look_ahead(sales)
        self._around: defaultdict[tuple[str, Size], list[_Resting]] = defaultdict(list)
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def trade_day(self, sales: Sequence[SaleRow]) -> list[Trade]:
        """Trade the day's sales, which must be the next in the file."""
        lanes: defaultdict[str, list[_UpcomingSale]] = defaultdict(list)
        for row in sales:
            coming = next(self._coming)
            assert coming.row is row, "sales are traded in their order"
            lanes[row.product].append(coming)
        trades = await asyncio.gather(*(self._trade_lane(lane) for lane in lanes.values()))
        return [trade for lane in trades for trade in lane]

    async def trade(
        self, buyer: Person, seller: Person, product: str, size: Size, price: Cents
    ) -> Trade:
        """Place an ask, and a bid that meets it."""
        ask = self._quote(product, size, price)
        await seller.api.post("/asks", ask)
        return _trade(await buyer.api.post("/bids", ask), buyer, seller, price)

    async def withdraw(self, seller: Person, trade: Trade) -> None:
        """Wait until the ask of a failed trade is back in its book, and cancel it."""
        order = await seller.api.get(f"/orders/{trade.order_id}")
        path = f"/asks/{order['ask_id']}"

        async def returned() -> bool:
            return bool((await seller.api.get(path))["status"] == "active")

        await wait_for(returned, f"ask {order['ask_id']} to return to its book")
        await seller.api.delete(path)

    async def _trade_lane(self, lane: list[_UpcomingSale]) -> list[Trade]:
        async with self._slots:
            return [await self._trade_sale(coming) for coming in lane]

    async def _trade_sale(self, coming: _UpcomingSale) -> Trade:
        row, turn = coming.row, coming.number
        buyer = self._people.buyers[turn % len(self._people.buyers)]
        seller = self._people.sellers[turn // 2 % len(self._people.sellers)]
        if coming.place % _AROUND_EVERY == 0 or coming.is_last:
            await self._quote_around(coming, buyer.api, seller.api)
        better = self._rules.tick * (turn % 5)
        low, high = row.price - better, row.price + better
        match turn % 3:
            case 0:
                # The ask rests. The bid offers the same or more and trades at the ask's price.
                await seller.api.post("/asks", self._quote(row.product, row.size, row.price))
                bid = self._quote(row.product, row.size, min(high, self._rules.max_amount))
                placed = await buyer.api.post("/bids", bid)
            case 1:
                # The bid rests. The ask wants the same or less and trades at the bid's price.
                await buyer.api.post("/bids", self._quote(row.product, row.size, row.price))
                ask = self._quote(row.product, row.size, max(low, self._rules.min_amount))
                placed = await seller.api.post("/asks", ask)
            case _:
                # Both rest until the buyer raises the bid to the ask's price.
                await seller.api.post("/asks", self._quote(row.product, row.size, row.price))
                first = max(row.price - _MARGIN * self._rules.tick, self._rules.min_amount)
                placed = await buyer.api.post("/bids", self._quote(row.product, row.size, first))
                if placed["match"] is None:
                    path = f"/bids/{placed['bid']['id']}"
                    placed = await buyer.api.patch(path, {"amount": row.price})
        return _trade(placed, buyer, seller, row.price)

    async def _quote_around(self, coming: _UpcomingSale, buyer: Api, seller: Api) -> None:
        """Place a bid and an ask out of reach of all later sales of the book.

        They replace the earlier ones of the book, so that nobody exceeds the limit of open quotes.
        """
        row, margin = coming.row, _MARGIN * self._rules.tick
        around = self._around[row.product, row.size]
        for resting in around:
            if row.sold_on < resting.until:
                await resting.api.delete(resting.path)
        around.clear()
        bid, ask = coming.lowest - margin, coming.highest + margin
        if bid >= self._rules.min_amount:
            around.append(await self._rest(buyer, "bid", row, bid, self._rules.bid_days.maximum))
        if ask <= self._rules.max_amount:
            around.append(await self._rest(seller, "ask", row, ask, self._rules.ask_days.maximum))

    async def _rest(self, api: Api, side: str, row: SaleRow, amount: Cents, days: int) -> _Resting:
        quote = self._quote(row.product, row.size, amount) | {"expires_in_days": days}
        placed = await api.post(f"/{side}s", quote)
        return _Resting(api, f"/{side}s/{placed[side]['id']}", row.sold_on + timedelta(days=days))

    def _quote(self, product: str, size: Size, amount: Cents) -> dict[str, str | int]:
        return {"product_id": self._product_ids[product], "size": size, "amount": amount}


def _trade(placed: Any, buyer: Person, seller: Person, price: Cents) -> Trade:
    match = placed["match"]
    if match is None or match["price"] != price:
        raise ApiRefusal(f"there was no match at {price}: {placed}")
    return Trade(match["order_id"], buyer, seller)


def _look_ahead(sales: Sequence[SaleRow]) -> Iterator[_UpcomingSale]:
    """Yield each sale with the range of prices in its book from that sale on."""
    books: defaultdict[tuple[str, Size], list[Cents]] = defaultdict(list)
    for row in sales:
        books[row.product, row.size].append(row.price)
    places: defaultdict[tuple[str, Size], int] = defaultdict(int)
    ranges = {book: _ranges(prices) for book, prices in books.items()}
    for number, row in enumerate(sales):
        book = (row.product, row.size)
        place = places[book]
        places[book] += 1
        lowest, highest = ranges[book][place]
        yield _UpcomingSale(row, number, place, place == len(books[book]) - 1, lowest, highest)


def _ranges(prices: list[Cents]) -> list[tuple[Cents, Cents]]:
    """Return, for each place, the lowest and the highest price from there on."""
    lowest = list(accumulate(reversed(prices), min))
    highest = list(accumulate(reversed(prices), max))
    return list(zip(reversed(lowest), reversed(highest), strict=True))
