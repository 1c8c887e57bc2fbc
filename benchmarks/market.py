"""The market to measure: buyers, sellers, and one product in many sizes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.config.redis import RedisSettings
from solebook.config.settings import SecuritySettings, Settings, StoreSettings
from solebook.ports import event_bus
from solebook.ports.language.catalog import Product
from solebook.ports.language.messages import Message, Queue
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import OPERATOR, Actor, User

SIZES = tuple(str(size) for size in range(4, 16))
PASSWORD = "correct horse battery"
PAIRS = 100
"""The default number of buyers, and of sellers."""
_AT_ONCE = 30

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Market:
    """An exchange with everything on and empty books."""

    application: Application
    product: Product
    buyers: tuple[User, ...]
    sellers: tuple[User, ...]


@asynccontextmanager
async def open_market(
    folder: Path, *, store: str, rules: MarketRules, pairs: int = PAIRS, redis: str | None = None
) -> AsyncIterator[Market]:
    """Open an exchange on `sqlite` (mails are files) or in `memory`, with no workers running.

    `redis` is the URL of a Redis beside it.
    """
    settings = Settings(
        folder=str(folder),
        store=StoreSettings(adapter="memory" if store == "memory" else "sqlite"),
        security=SecuritySettings(bcrypt_cost=4),
        market=rules,
        redis=RedisSettings(url=redis),
    )
    async with open_application(settings) as application:
        product = await application.catalog.create_product(
            OPERATOR,
            style_code="DD1391-100",
            brand="Nike",
            model="Dunk Low",
            colorway="White Black",
            retail_price=11_000,
            release_date=date(2021, 3, 10),
            sizes=SIZES,
            images=(),
        )
        buyers = await _all(_buyer(application, number) for number in range(pairs))
        sellers = await _all(_seller(application, number) for number in range(pairs))
        yield Market(application, product, buyers, sellers)


async def _all(calls: Iterable[Awaitable[T]]) -> tuple[T, ...]:
    """Run calls, some at a time, and return their results in sequence."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def run(call: Awaitable[T]) -> T:
        async with places:
            return await call

    return tuple(await asyncio.gather(*map(run, calls)))


async def _buyer(application: Application, number: int) -> User:
    buyer = await _user(application, f"buyer-{number}")
    await application.users.set_payment_method(actor(buyer), token="pm_card_visa")
    await application.users.add_address(
        actor(buyer),
        street="1 Main St",
        city="Portland",
        region="OR",
        postal_code="97201",
        country="US",
    )
    return buyer


async def _seller(application: Application, number: int) -> User:
    seller = await _user(application, f"seller-{number}")
    await application.users.set_payout_account(actor(seller), account=f"acct_{number}")
    return seller


async def _user(application: Application, name: str) -> User:
    return await application.users.register_user(
        email=f"{name}@example.com",
        password=PASSWORD,
        first_name="Sam",
        last_name="Sneaker",
    )


def run_served(work: Coroutine[Any, Any, T]) -> T:
    """Run it on the event loop that `solebook serve` runs on."""
    try:
        from solebook.entrypoints.event_loop import run
    except ModuleNotFoundError:  # an earlier revision
        return uvloop.run(work)
    return run(work)


def collect_rarely() -> None:
    """Let Python look for garbage as rarely as `solebook serve` does when it is ready."""
    with suppress(ImportError):  # an earlier revision
        from solebook.entrypoints import garbage

        garbage.collect_rarely()


def actor(user: User) -> Actor:
    """Return the user as an actor."""
    return Actor(user.id, user.roles)


def consumer_of(subject: str, handle: Callable[[Message], Awaitable[None]]) -> Any:
    """Return a Consumer, also with earlier revisions.

    They declare it in `event_bus`, and have no queue `trade`.
    """
    queue = next((queue for queue in Queue if queue == "trade"), None)
    more: dict[str, Any] = {} if queue is None else {"queue": queue}
    return vars(event_bus)["Consumer"]("benchmark", subject, handle, **more)
