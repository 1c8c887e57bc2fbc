"""What the tests of the stream say and expect to hear."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from solebook.ports.language.ids import ProductId

from ..world import Person, World

INTERVAL = timedelta(milliseconds=100)
SIZE = "10.5"


def book(market: World, size: str = SIZE) -> dict[str, str]:
    return {"channel": "book", "product_id": market.product_id, "size": size}


def product_id(market: World) -> ProductId:
    return ProductId(UUID(market.product_id))


def told(market: World, size: str = SIZE) -> dict[str, str]:
    return {**book(market, size), "condition": "new"}


def token(person: Person) -> str:
    return person.headers["Authorization"].removeprefix("Bearer ")


def kind(problem: dict[str, Any]) -> str:
    assert problem["type"] == "error", problem
    return str(problem["problem"]["type"]).removeprefix("/problems/")


async def interval(market: World) -> None:
    await market.clock.advance(INTERVAL)
