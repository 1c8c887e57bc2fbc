"""Bare handlers of the same framework to measure beside the exchange; they store nothing."""
# ruff: noqa: ARG001  # what is asked is read and changes nothing

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid4

import jwt
import msgspec
from litestar import Litestar, Request, get, post
from litestar.datastructures import State
from litestar.exceptions import NotAuthorizedException
from litestar.params import FromPath

from solebook.entrypoints.http.routes.market import BookPicture, LastSale, MarketView
from solebook.entrypoints.http.routes.products import ImageEntry, ProductView, SizeEntry
from solebook.entrypoints.http.server import running_server
from solebook.ports.language.market import Condition, PriceLevel
from solebook.ports.language.payments import Cost, Proceeds

SECRET = "a secret of at least thirty-two bytes"
LEVELS = range(20)


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is sent to place a quote."""

    product_id: UUID
    size: str
    amount: Annotated[int, msgspec.Meta(ge=1)]
    condition: str = "new"
    expires_in_days: int | None = None
    time_in_force: str = "gtc"


class Placed(msgspec.Struct, frozen=True):
    """What is answered."""

    id: UUID
    product_id: UUID
    size: str
    amount: int
    condition: str
    status: str
    created_at: datetime


def user_of(request: "Request[None, None, State]") -> str:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    try:
        return str(jwt.decode(token, SECRET, algorithms=["HS256"])["sub"])
    except jwt.InvalidTokenError:
        raise NotAuthorizedException from None


@post(["/v1/asks", "/v1/bids"])
async def place(request: "Request[None, None, State]", data: Order) -> Placed:
    user_of(request)
    now = datetime.now(UTC)
    return Placed(uuid4(), data.product_id, data.size, data.amount, data.condition, "active", now)


@get("/v1/products/{product_id:uuid}/book")
async def view_book(
    product_id: FromPath[UUID], size: str, condition: Condition = Condition.NEW, depth: int = 20
) -> BookPicture:
    return BookPicture(
        seq=40,
        bids=[PriceLevel(4_900 - 100 * level, 1) for level in LEVELS],
        asks=[PriceLevel(90_000 + 100 * level, 1) for level in LEVELS],
        halted=False,
    )


@get("/v1/products/{product_id:uuid}/market")
async def view_market(
    product_id: FromPath[UUID], size: str, condition: Condition = Condition.NEW
) -> MarketView:
    return MarketView(
        lowest_ask=90_000,
        highest_bid=4_900,
        last_sale=LastSale(20_000, datetime.now(UTC), imported=False),
        sales=1,
        sell_now=Proceeds(4_900, 441, 147, 4_312),
        undercut=Proceeds(89_900, 8_091, 2_697, 79_112),
        buy_now=Cost(90_000, 1_400, 91_400),
        halted=False,
    )


@get("/v1/products/{product_id:uuid}")
async def view_product(product_id: FromPath[UUID]) -> ProductView:
    return ProductView(
        id=product_id,
        style_code="DD1391-100",
        brand="Nike",
        model="Dunk Low",
        colorway="White Black",
        retail_price=11_000,
        release_date=date(2021, 3, 10),
        sizes=[SizeEntry(str(size)) for size in range(4, 16)],
        images=[ImageEntry("https://images.example.com/dd1391-100.jpg", 0)],
        created_at=datetime.now(UTC),
    )


@get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "ok"}


HANDLERS = (place, view_book, view_market, view_product, live)


@asynccontextmanager
async def bare() -> AsyncIterator[dict[str, object]]:
    """Serve the handlers, and tell what a benchmark needs to ask them."""
    expires = datetime.now(UTC) + timedelta(hours=1)
    token = jwt.encode({"sub": "somebody", "exp": expires}, SECRET, algorithm="HS256")
    async with running_server(Litestar(HANDLERS, logging_config=None), "127.0.0.1", 0) as url:
        yield {"url": url, "buyers": [token], "sellers": [token], "product": str(uuid4())}
