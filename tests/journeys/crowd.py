"""A crowd that trades over HTTP as fast as it can, and records the answers."""

import asyncio
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import httpx

from solebook.adapters.embedded import tokens
from solebook.adapters.system.clock import AdjustableClock
from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.engine import engine_of
from solebook.config.settings import SecuritySettings, Settings
from solebook.ports.language.ids import OrderId
from solebook.ports.language.users import OPERATOR, Actor, Role

from ..served import ADDRESS, PASSWORD

SIZES = tuple(f"{number}" for number in range(4, 16))
_ODD_CARDS = (
    tokens.CARD_THAT_STAYS_PENDING,
    tokens.DECLINED_CARD,
    tokens.DECLINED_CARD,
    tokens.CARD_THAT_IS_CHARGED_LATER,
    tokens.CARD_THAT_FAILS_ONCE,
    tokens.CARD_THAT_TIMES_OUT,
)
"""Of the first buyers: that of the very first is never charged, and the exchange cannot know."""
_ATTEMPTS = 3
"""How often the crowd asks for one thing, unless it has gone home by then."""
_A_WHILE_AGO = timedelta(seconds=10)
"""How long before the burst the crowd joins: orders from then are older than any backlog may be."""


@dataclass(frozen=True)
class Trader:
    """Somebody who is signed in, and who calls from an address of their own."""

    actor: Actor
    headers: dict[str, str]


@dataclass(frozen=True)
class Town:
    """Everybody who has joined, and what they trade."""

    product_id: str
    buyers: Sequence[Trader]
    sellers: Sequence[Trader]
    poisoned: Sequence[OrderId]


async def settle_in(folder: Path, *, pairs: int) -> Town:
    """Let a crowd join an exchange that is not served yet, without asking its HTTP API.

    The limit on registrations and sign-ins from one address would take a quarter of an hour for so
    many. Two trades are made of which nobody was told yet, and their orders are poisoned: see
    `poison`.
    """
    settings = Settings(
        folder=str(folder / "solebook-data"), security=SecuritySettings(bcrypt_cost=4)
    )
    clock = AdjustableClock(datetime.now(UTC) - _A_WHILE_AGO)
    async with open_application(settings, clock=clock) as app:
        async with app.adapters.store.transaction():
            product = await app.catalog.create_product(
                Actor(OPERATOR.user_id, frozenset({Role.ADMIN})),
                style_code="DD1391-100",
                brand="Nike",
                model="Dunk Low",
                colorway="White/Black",
                retail_price=11_000,
                release_date=date(2021, 3, 10),
                sizes=list(SIZES),
                images=[],
            )
            cards = _ODD_CARDS + (tokens.CARD,) * (pairs - len(_ODD_CARDS))
            buyers = [await _buyer(app, number, card) for number, card in enumerate(cards)]
            sellers = [await _seller(app, number) for number in range(pairs)]
            unlucky = await _buyer(app, pairs, tokens.CARD)
        await engine_of(app).start()
        poisoned = []
        for seller in sellers[:2]:
            where: Any = {"product_id": product.id, "size": SIZES[0], "amount": 30_000}
            await app.bidding.place_ask(seller.actor, **where)
            placed = await app.bidding.place_bid(unlucky.actor, **where)
            assert placed.match is not None
            poisoned.append(placed.match.id)
        await engine_of(app).stop()
    poison(folder, *poisoned)
    return Town(str(product.id), buyers, sellers, poisoned)


async def _buyer(app: Application, number: int, card: str) -> Trader:
    buyer = await _join(app, f"buyer-{number}")
    await app.users.set_payment_method(buyer.actor, token=card)
    await app.users.add_address(buyer.actor, **ADDRESS)
    return buyer


async def _seller(app: Application, number: int) -> Trader:
    seller = await _join(app, f"seller-{number}")
    await app.users.set_payout_account(seller.actor, account=f"acct_{number}")
    return seller


async def _join(app: Application, name: str) -> Trader:
    email = f"{name}@example.com"
    user = await app.users.register_user(
        email=email, password=PASSWORD, first_name="Test", last_name="User"
    )
    signed_in = await app.users.sign_in(email=email, password=PASSWORD)
    headers = {"Authorization": f"Bearer {signed_in.access_token}"}
    return Trader(Actor(user.id, user.roles), headers)


def poison(folder: Path, uncharged: OrderId, unread: OrderId) -> None:
    """Damage the rows of two orders, so that whoever handles them fails every time.

    Nobody can be charged nothing for the first. The second cannot be read, so that it never comes
    as far as its charge.
    """
    with closing(sqlite3.connect(folder / "solebook-data" / "solebook.sqlite3")) as store:
        changed = store.execute(
            "UPDATE payments SET amount = 0 WHERE order_id = ?", (uncharged.hex,)
        ).rowcount
        changed += store.execute(
            "UPDATE orders SET complaint = '{}' WHERE id = ?", (unread.hex,)
        ).rowcount
        store.commit()
    assert changed == 2


# ---- trading ---------------------------------------------------------------------------------


@dataclass
class Answers:
    """What the crowd was answered."""

    placed: Counter[str] = field(default_factory=Counter)
    """Bids and asks that were taken."""
    refused: Counter[str] = field(default_factory=Counter)
    """By status and problem; what was asked again and taken counts too."""
    without_retry_after: int = 0
    given_up: int = 0
    """Bids and asks that were still refused when the time was over."""
    cancelled: int = 0
    cancel_refused: Counter[int] = field(default_factory=Counter)
    readiness: list[tuple[int, bool]] = field(default_factory=list)
    """The status, and whether it said that it is overloaded, each time that somebody looked."""
    seconds: float = 0.0


class Crowd:
    """Pairs of a seller and a buyer, each of whom waits for an answer before asking again."""

    def __init__(self, url: str, town: Town, *, trades: int, patience: float) -> None:
        self.answers = Answers()
        self._url = url
        self._town = town
        self._trades = trades
        self._until = monotonic() + patience
        self._clients: list[httpx.AsyncClient] = []

    async def trade(self) -> Answers:
        """Ask for all trades, with cancels in between, while somebody looks at the readiness."""
        begun = monotonic()
        async with self._connected():
            looking = asyncio.create_task(self._look())
            pairs = len(self._town.buyers)
            each = [len(range(pair, self._trades, pairs)) for pair in range(pairs)]
            await asyncio.gather(*(self._pair(pair, each[pair]) for pair in range(pairs)))
            looking.cancel()
        self.answers.seconds = monotonic() - begun
        return self.answers

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[None]:
        """Call from several addresses where the machine has them: each has limits of its own."""
        addresses: list[str | None] = [None]
        if sys.platform == "linux":
            addresses = [f"127.0.0.{number}" for number in range(1, 11)]
        async with AsyncExitStack() as stack:
            for address in addresses:
                transport = httpx.AsyncHTTPTransport(local_address=address)
                client = httpx.AsyncClient(base_url=self._url, transport=transport, timeout=60)
                self._clients.append(await stack.enter_async_context(client))
            yield

    async def _pair(self, number: int, trades: int) -> None:
        seller, buyer = self._town.sellers[number], self._town.buyers[number]
        client = self._clients[number % len(self._clients)]
        for trade in range(trades):
            quote = {
                "product_id": self._town.product_id,
                "size": SIZES[(number + trade) % len(SIZES)],
                "amount": 20_000,
            }
            await self._insist(client, "asks", seller, quote)
            await self._insist(client, "bids", buyer, quote)
            if trade % 5 == 0:
                await self._change_mind(client, seller, quote | {"amount": 90_000})

    async def _insist(
        self, client: httpx.AsyncClient, kind: str, who: Trader, quote: dict[str, Any]
    ) -> str | None:
        """Place a quote, and ask again when it is refused for now; return its id."""
        for _ in range(_ATTEMPTS):
            answer = await client.post(f"/v1/{kind}", json=quote, headers=who.headers)
            if answer.status_code == 201:
                self.answers.placed[kind] += 1
                return str(answer.json()[kind.removesuffix("s")]["id"])
            self._note_refusal(answer)
            if monotonic() > self._until:
                break
            await asyncio.sleep(float(answer.headers.get("Retry-After", 1)))
        self.answers.given_up += 1
        return None

    def _note_refusal(self, answer: httpx.Response) -> None:
        problem = answer.json()["type"].removeprefix("/problems/")
        self.answers.refused[f"{answer.status_code} {problem}"] += 1
        if answer.status_code == 503 and "Retry-After" not in answer.headers:
            self.answers.without_retry_after += 1

    async def _change_mind(
        self, client: httpx.AsyncClient, who: Trader, quote: dict[str, Any]
    ) -> None:
        """Place an ask that nobody takes, and cancel it at once."""
        quote_id = await self._insist(client, "asks", who, quote)
        while quote_id is not None:
            answer = await client.delete(f"/v1/asks/{quote_id}", headers=who.headers)
            if answer.status_code == 200:
                self.answers.cancelled += 1
                return
            if answer.status_code != 429:
                self.answers.cancel_refused[answer.status_code] += 1
                return
            await asyncio.sleep(float(answer.headers["Retry-After"]))

    async def _look(self) -> None:
        client = self._clients[0]
        while True:
            answer = await client.get("/health/ready")
            overloaded = bool(answer.json().get("overloaded"))
            self.answers.readiness.append((answer.status_code, overloaded))
            await asyncio.sleep(0.25)


# ---- what came of it -------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What the files say once everything is calm."""

    orders: Counter[tuple[str, str | None]]
    """By status and reason of cancellation, without the poisoned ones."""
    unattempted: int
    """Cancelled as unpaid although the provider was never asked for the money."""
    wronged: int
    """Cancelled as unpaid or given up although the card is one that is charged in time."""
    charged_in_vain: int
    """Never paid as far as the order knows, and charged all the same."""


def outcome_in(folder: Path, town: Town) -> Outcome:
    data = folder / "solebook-data"
    never_paid = town.buyers[0].actor.user_id.hex
    with (
        closing(sqlite3.connect(data / "solebook.sqlite3")) as store,
        closing(sqlite3.connect(data / "payment-provider.sqlite3")) as provider,
    ):
        poisoned = {order_id.hex for order_id in town.poisoned}
        orders = [
            row
            for row in store.execute("SELECT id, status, cancel_reason, buyer_id FROM orders")
            if row[0] not in poisoned
        ]
        paid = {order_id for (order_id,) in store.execute(_PAID)}
        charges = provider.execute(
            "SELECT replace(order_id, '-', ''), outcome FROM calls WHERE operation = 'charge'"
        ).fetchall()
    asked = {order_id for order_id, _ in charges}
    charged = {order_id for order_id, outcome in charges if outcome in ("done", "answer_lost")}
    ended = {order_id: reason for order_id, status, reason, _ in orders if status == "cancelled"}
    return Outcome(
        orders=Counter((status, reason) for _, status, reason, _ in orders),
        wronged=sum(
            reason in ("payment_overdue", "given_up") and buyer_id != never_paid
            for _, _, reason, buyer_id in orders
        ),
        unattempted=sum(
            reason == "payment_overdue" and order_id not in asked
            for order_id, reason in ended.items()
        ),
        charged_in_vain=len(charged & (ended.keys() - paid)),
    )


_PAID = "SELECT order_id FROM order_steps WHERE type = 'confirmed'"


def undone_in(folder: Path, town: Town) -> int:
    """How much is still to be done, but for letters and for the poisoned orders."""
    with closing(sqlite3.connect(folder / "solebook-data" / "solebook.sqlite3")) as store:
        poisoned = [order_id.hex for order_id in town.poisoned]
        (undone,) = store.execute(_UNDONE, poisoned).fetchone()
    return int(undone)


_UNDONE = """
    SELECT (SELECT count(*) FROM orders WHERE status = 'pending' AND id NOT IN (?, ?))
        + (SELECT count(*) FROM outbox WHERE priority = 0)
        + (SELECT count(*) FROM deliveries WHERE attempts = 0 AND queue IS NOT 'letters')
"""
