"""A handler that places each order in a transaction of its own; see `http_on_postgres.py`.

It prints a line of JSON with its URL and a token for each trader.
"""

import argparse
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import uvloop
from litestar import Litestar, Request, get, post
from litestar.datastructures import State

from solebook.adapters.system.clock import SystemClock
from solebook.adapters.system.ids import SystemIds
from solebook.entrypoints.garbage import collect_rarely
from solebook.entrypoints.http.server import running_server
from solebook.entrypoints.signals import stop_signal
from solebook.ports.language.ids import ProductId, QuoteId, UserId
from solebook.ports.language.market import BookKey, Condition, Side, Size
from solebook.ports.language.placement import PlaceQuote

from .bare_server import SECRET, Order, Placed, user_of
from .market import SIZES
from .order_by_order import OrderByOrder, order_by_order
from .postgres_market import BUYERS, SELLERS

_LIFE = timedelta(days=30)


def app_of(peer: OrderByOrder) -> Litestar:
    """Return the application."""
    ids = SystemIds(SystemClock())

    async def place(request: "Request[None, None, State]", data: Order, side: Side) -> Placed:
        now = datetime.now(UTC)
        order = PlaceQuote(
            id=QuoteId(ids.new()),
            side=side,
            user_id=UserId(UUID(user_of(request))),
            book=BookKey(ProductId(data.product_id), Size(data.size), Condition(data.condition)),
            amount=data.amount,
            expires_at=now + _LIFE,
        )
        matched = await peer.place(order)
        status = "active" if matched is None else "matched"
        return Placed(
            order.id, data.product_id, data.size, data.amount, data.condition, status, now
        )

    @post("/v1/bids")
    async def place_bid(request: "Request[None, None, State]", data: Order) -> Placed:
        return await place(request, data, Side.BID)

    @post("/v1/asks")
    async def place_ask(request: "Request[None, None, State]", data: Order) -> Placed:
        return await place(request, data, Side.ASK)

    @get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    return Litestar([place_bid, place_ask, live], logging_config=None)


def _token(user_id: UserId) -> str:
    expires = datetime.now(UTC) + timedelta(hours=1)
    return jwt.encode({"sub": str(user_id), "exp": expires}, SECRET, algorithm="HS256")


async def _serve(database: str) -> None:
    stopped = stop_signal()
    async with (
        order_by_order(database) as peer,
        running_server(app_of(peer), "127.0.0.1", 0) as url,
    ):
        told = {
            "url": url,
            "buyers": [_token(user_id) for user_id in BUYERS],
            "sellers": [_token(user_id) for user_id in SELLERS],
            "product": str(UUID(int=1)),
            "sizes": SIZES,
        }
        collect_rarely()  # as `solebook serve` does
        print(json.dumps(told), flush=True)
        await stopped.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", help="the URL")
    uvloop.run(_serve(parser.parse_args().database))


if __name__ == "__main__":
    main()
