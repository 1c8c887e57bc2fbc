"""The server to measure: solebook with everything on, or a bare handler.

It prints a line of JSON with its URL and a token for each trader, and another line when it stops.
"""

import argparse
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import jwt
import msgspec
import uvloop
from litestar import Litestar, Request, get, post
from litestar.datastructures import State
from litestar.exceptions import NotAuthorizedException

from solebook.config.http import HttpSettings
from solebook.entrypoints.garbage import collect_rarely
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.http.server import running_server, stop_signal
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.messages import Message
from solebook.ports.language.rate_limits import RateLimit
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import User

from .market import PASSWORD, SIZES, Market, consumer_of, open_market

NO_LIMIT = RateLimit(burst=1_000_000, per_second=1_000_000)
HTTP = HttpSettings(user_limit=NO_LIMIT, address_limit=NO_LIMIT, credentials_limit=NO_LIMIT)
RULES = MarketRules(max_open_quotes=1_000_000, max_unpaid_orders=1_000_000)
SECRET = "a secret of at least thirty-two bytes"


# ---- the bare handler ----------------------------------------------------------------------------


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The request body that places a quote."""

    product_id: UUID
    size: str
    amount: Annotated[int, msgspec.Meta(ge=1)]
    condition: str = "new"
    expires_in_days: int | None = None
    time_in_force: str = "gtc"


class Placed(msgspec.Struct, frozen=True):
    """The response body."""

    id: UUID
    product_id: UUID
    size: str
    amount: int
    condition: str
    status: str
    created_at: datetime


def _user(request: "Request[None, None, State]") -> str:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    try:
        return str(jwt.decode(token, SECRET, algorithms=["HS256"])["sub"])
    except jwt.InvalidTokenError:
        raise NotAuthorizedException from None


@post(["/v1/asks", "/v1/bids"])
async def place(request: "Request[None, None, State]", data: Order) -> Placed:
    _user(request)
    now = datetime.now(UTC)
    return Placed(uuid4(), data.product_id, data.size, data.amount, data.condition, "active", now)


@get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "ok"}


@asynccontextmanager
async def bare() -> AsyncIterator[dict[str, object]]:
    expires = datetime.now(UTC) + timedelta(hours=1)
    token = jwt.encode({"sub": "somebody", "exp": expires}, SECRET, algorithm="HS256")
    async with running_server(Litestar([place, live], logging_config=None), "127.0.0.1", 0) as url:
        yield {"url": url, "buyers": [token], "sellers": [token], "product": str(uuid4())}


# ---- solebook ------------------------------------------------------------------------------------


@asynccontextmanager
async def solebook() -> AsyncIterator[dict[str, object]]:
    with tempfile.TemporaryDirectory(prefix="solebook-bench-") as folder:
        async with open_market(Path(folder), store="sqlite", rules=RULES) as market:
            confirmed = _counted(market)
            async with Workers(market.application).running():
                app = create_app(market.application, HTTP)
                async with running_server(app, "127.0.0.1", 0) as url:
                    collect_rarely()  # as `solebook serve` does
                    yield {
                        "url": url,
                        "buyers": [await _token(market, user) for user in market.buyers],
                        "sellers": [await _token(market, user) for user in market.sellers],
                        "product": str(market.product.id),
                    }
            print(json.dumps({"confirmed": len(confirmed)}), flush=True)


def _counted(market: Market) -> list[Message]:
    """Return a list that collects the event of each confirmed trade."""
    confirmed: list[Message] = []

    async def count(message: Message) -> None:
        confirmed.append(message)

    consumer = consumer_of("order.created", count)
    market.application.adapters.event_bus.subscribe(consumer)
    return confirmed


async def _token(market: Market, user: User) -> str:
    signed_in = await market.application.users.sign_in(email=user.email, password=PASSWORD)
    return signed_in.access_token


async def _serve(name: str) -> None:
    async with (bare if name == "bare" else solebook)() as told:
        stopped = stop_signal()
        print(json.dumps(told | {"sizes": SIZES}), flush=True)
        await stopped.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=("solebook", "bare"))
    uvloop.run(_serve(parser.parse_args().name))


if __name__ == "__main__":
    main()
