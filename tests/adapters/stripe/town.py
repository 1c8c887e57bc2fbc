"""An exchange whose money moves at Stripe's double, and how it hears of what happens there."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
import stripe

from solebook.adapters.memory.search_index import MemorySearchIndex
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.stripe.card_vault import StripeCardVault
from solebook.adapters.stripe.client import StripeCalls
from solebook.adapters.stripe.payment_provider import StripePaymentProvider
from solebook.adapters.stripe.seller_accounts import StripeSellerAccounts
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.composition.adapters import Store
from solebook.composition.embedded import embedded_adapters
from solebook.composition.engine import engine_of
from solebook.composition.in_process_bus import build_in_process_bus
from solebook.composition.memory_store import build_memory_store
from solebook.entrypoints.doubles.stripe.faults import Fault, Faults
from solebook.entrypoints.doubles.stripe.state import shown
from solebook.ports.language.errors import Refusal, Unavailable
from solebook.ports.language.ids import OrderId
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.reconciliation import Discrepancy
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import OPERATOR, Actor, Role

from ...exchange import MONDAY, SIZE, Exchange, exchange_on
from ...fragile_store import Edges, fragile
from ...invariants import findings
from ...ports.dispute_desk.desk_rig import StripeDeskRig
from ...ports.payment_provider.stripe_rig import (
    KEY,
    REFRESH,
    RETURN,
    RETURN_URL,
    SECRET,
    StripeRig,
    stripe_rig,
)

WHY = "a test"
MANNERS = ("once", "ten", "reversed", "late", "missing")
"""How webhooks come: as they should, each ten times at once, the newest first, when Stripe has
forgotten the keys of calls, or not at all."""
_LATE = timedelta(hours=26)
_PAGE = PageRequest(limit=100)
_TRIES = 3
"""How often stripe-python makes a call."""
_LOOKS = 4
"""So often the exchange may reconcile if nobody tells it: what it finds moves more money."""

T = TypeVar("T")


class CutLine(Faults):
    """Cuts the call of one number, and its repetitions, before or after its effect."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        """Calls since somebody has traded."""
        self.is_counting = False
        self.number = 0
        self.when = "before"
        self._cut: tuple[str, str] | None = None
        self._left = 0
        self.was_cut = False

    def take(self, method: str, path: str) -> Fault | None:
        if self._left and self._cut == (method, path):
            self._left -= 1
            return Fault("reset", self.when)
        self.calls += self.is_counting
        if self.calls != self.number or not self.is_counting:
            return None
        self._cut, self._left, self.was_cut = (method, path), _TRIES - 1, True
        return Fault("reset", self.when)


class FragileCalls(StripeCalls):
    """The process can be killed before it calls Stripe, and before it hears the answer."""

    edges = Edges(None)

    async def ask(self, call: Callable[[stripe.StripeClient], Awaitable[T]]) -> T:
        self.edges.reach("before a call")
        try:
            return await super().ask(call)
        finally:
            self.edges.reach("after a call")


@dataclass
class Town:
    """An exchange whose provider is Stripe, how it hears of what happens there, and who acts.

    The exchange's process may end and start again: all but `exchange` and `edges` survives that.
    """

    rig: StripeRig
    store: Store
    clock: VirtualClock
    ids: SeededIds
    rules: MarketRules | None = None
    manner: str = "once"
    exchange: Exchange = field(init=False)
    edges: Edges = field(init=False)
    line: CutLine = field(default_factory=CutLine)
    search_index: MemorySearchIndex = field(default_factory=MemorySearchIndex)
    told: set[str] = field(default_factory=set)
    done: dict[str, Any] = field(default_factory=dict)
    _tried: set[str] = field(default_factory=set)
    _steps: int = 0
    """How often this process has come to a step."""

    # ---- processes -----------------------------------------------------------------------

    @asynccontextmanager
    async def process(self, edges: Edges) -> AsyncIterator[Exchange]:
        """Build an application on the store, which was not started before."""
        calls = FragileCalls(KEY, SystemStopwatch(), url=self.rig.url, limit=timedelta(seconds=20))
        calls.edges = edges
        async with self.store.transaction():  # it starts again at once
            await self.store.signs_of_life.note(self.clock.now())
        adapters = embedded_adapters(fragile(self.store, edges), clock=self.clock, ids=self.ids)
        # What its predecessor had claimed is its own at once.
        bus = build_in_process_bus(
            adapters.store,
            clock=self.clock,
            ids=self.ids,
            randomness=adapters.randomness,
            holder="the only process",
        )
        adapters = replace(
            adapters,
            event_bus=bus,
            payment_provider=StripePaymentProvider(calls, self.clock, (SECRET,), "usd", RETURN_URL),
            seller_accounts=StripeSellerAccounts(calls, RETURN, REFRESH),
            card_vault=StripeCardVault(calls),
            search_index=self.search_index,
            shown_search=self.search_index,
        )
        self.exchange, self.edges = exchange_on(adapters, rules=self.rules), edges
        self._steps = 0
        try:
            yield self.exchange
        finally:
            await calls.close()

    async def open(self, card: str) -> None:
        """Let everybody join."""
        exchange = self.exchange
        await engine_of(exchange.app).start()
        exchange.admin = await exchange.person(Role.ADMIN)
        exchange.authenticator = await exchange.person(Role.AUTHENTICATOR)
        exchange.seller = await exchange.new_seller(self.rig.account)
        exchange.buyer = await self.new_buyer(card)
        exchange.product = await exchange.new_product(SIZE, style_code="DD1391-100")
        await exchange.workers.settle()

    async def new_buyer(self, card: str) -> Actor:
        """Have a buyer join whose bank may want to see them before the card is on file."""
        exchange, users = self.exchange, self.exchange.app.users
        buyer = await exchange.person()
        await exchange.move_to(buyer)
        setup = await users.begin_card_setup(buyer)
        form = {"payment_method": card, "return_url": "https://shop.test"}
        intent = await self.rig.act(f"/v1/setup_intents/{setup.id}/confirm", **form)
        if intent["status"] == "requires_action":
            await self.rig.authenticate(setup.id, passes=True)
        await users.view_card_setup(buyer, setup.id)
        return buyer

    # ---- what the exchange hears of ------------------------------------------------------

    async def step(self) -> None:
        """Let the exchange hear of what happened, in its manner, and compare all money."""
        await self.exchange.quiet()
        await self._once(self._step)

    async def know(self) -> None:
        """Do the same, but let a day pass if webhooks come late, or if the exchange must ask."""
        await self.exchange.quiet()
        await self._once(self._know)

    async def _once(self, act: Callable[[str], Awaitable[None]]) -> None:
        """Do what a process killed later has not done: it knew less than there is to know now."""
        self._steps += 1
        name = f"step {self._steps}"
        if name not in self.done:
            await act(name)
            self.done[name] = None

    async def _step(self, name: str) -> None:
        if self.manner != "late":
            await self._hear_and_compare()

    async def _know(self, name: str) -> None:
        # A process that goes on with a step waits for the same instants.
        since: datetime = self.done.setdefault(f"{name} since", self.clock.now())
        window = timedelta(0)
        if self.manner == "missing":  # what is asked at a deadline is asked again until the next
            window = self.exchange.app.rules.payment_window
            await self.until(since + window)
        if self.manner in ("late", "missing"):
            await self.until(since + window + _LATE)
        await self._hear_and_compare()

    async def _hear_and_compare(self) -> None:
        if self.manner != "missing":
            while await self.hear():  # what webhooks bring about has webhooks too
                pass
        await self.compare()

    async def hear(self) -> bool:
        """Let the webhooks come that did not come yet. Return whether there were any."""
        await self.exchange.quiet()
        own = list(self.rig.double.state.of("event").values())
        of_sellers = self.rig.double.state.of("event", self.rig.account).values()
        new = [event for event in (*own, *of_sellers) if event["id"] not in self.told]
        for event in reversed(new) if self.manner == "reversed" else new:
            body = json.dumps(shown(event)).encode()
            signature = self.rig.sign(body)
            receive = self.exchange.app.payments.receive_webhook
            copies = 10 if self.manner == "ten" else 1
            await asyncio.gather(*(receive(body, signature) for _ in range(copies)))
            self.told.add(event["id"])
        await self.exchange.quiet()
        return bool(new)

    async def compare(self) -> None:
        """Assert that the ledger has every balance transaction of Stripe's, and no other."""
        # Where it is only a check, nothing is cut: it would be most of what there is to cut.
        if self.manner == "missing":
            found = await self._found_by_asking()
        else:
            with self._undisturbed():
                found = await self._discrepancies()
        assert found == [], found
        with self._undisturbed():
            solvency = await self.exchange.app.payments.check_solvency()
        assert solvency.balanced, solvency

    async def _found_by_asking(self) -> list[Discrepancy] | None:
        """Reconcile as often as it takes, and return what still differs."""
        found: list[Discrepancy] | None = None
        for _ in range(_LOOKS):
            with suppress(Unavailable):  # its worker tries again
                found = await self._discrepancies()
            await self.exchange.quiet()
            if found == []:
                break
        return found

    async def _discrepancies(self) -> list[Discrepancy]:
        reports = [each async for each in self.exchange.app.payments.reconcile()]
        return [each for each in reports if isinstance(each, Discrepancy)]

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """Count neither calls nor edges."""
        counted, self.line.is_counting = self.line.is_counting, False
        with self.edges.uncounted():
            yield
        self.line.is_counting = counted

    # ---- what people do, each once -------------------------------------------------------

    async def at_stripe(self, name: str, act: Callable[[], Awaitable[T]]) -> T:
        """Have something done at Stripe, of which the process knows nothing."""
        if name not in self.done:
            self.done[name] = await act()
        answer: T = self.done[name]
        return answer

    async def at_exchange(self, name: str, act: Callable[[], Awaitable[object]]) -> None:
        """Have something done at the exchange. It may be done if its process was killed."""
        if name in self.done:
            return
        try:
            await act()
        except Refusal:
            if name not in self._tried:
                raise
        except BaseException:
            self._tried.add(name)
            raise
        self.done[name] = None

    async def refund_at_the_dashboard(self, order_id: OrderId, amount: int) -> str:
        intent = (await self.exchange.payment(order_id)).charge_id
        form = {"payment_intent": str(intent), "amount": str(amount)}
        return str((await self.rig.act("/v1/refunds", **form))["id"])

    async def dispute(self, order_id: OrderId, amount: int) -> str:
        charge_id = (await self.exchange.payment(order_id)).charge_id
        assert charge_id is not None
        return await StripeDeskRig(self.rig).disputed(charge_id, amount)

    async def decide(self, dispute: str, *, won: bool) -> None:
        await StripeDeskRig(self.rig).decide(dispute, won=won)

    async def release(self, order_id: OrderId) -> None:
        app = self.exchange.app
        await app.orders.release_payout(OPERATOR, order_id, reason=WHY)

    # ---- time ----------------------------------------------------------------------------

    async def pass_time(self, by: timedelta) -> None:
        """Let time pass here and there."""
        await self.rig.act("/_double/clock", advance=str(int(by.total_seconds())))
        await self.exchange.later(by)

    async def until(self, instant: datetime) -> None:
        await self.pass_time(max(instant - self.clock.now(), timedelta(0)))


@asynccontextmanager
async def founded_town(
    manner: str = "once", *, card: str = "pm_card_visa", rules: MarketRules | None = None
) -> AsyncIterator[Town]:
    """Found a town in which everybody has joined already. Its process is not up."""
    clock = VirtualClock(MONDAY)
    ids = SeededIds(1, clock)
    async with stripe_rig(clock, SeededIds(5, clock)) as rig:
        town = Town(rig, build_memory_store(clock=clock, ids=ids), clock, ids, rules, manner)
        async with town.process(Edges(None)) as exchange:
            await town.open(card)
            await engine_of(exchange.app).stop()
        rig.double.faults = town.line
        yield town


@asynccontextmanager
async def town_of() -> AsyncIterator[Town]:
    """Found a town whose process is up."""
    async with founded_town() as town:
        before = town.exchange
        async with town.process(Edges(None)) as exchange:
            await exchange.reopen(before)
            yield town
            await engine_of(exchange.app).stop()


async def check_books(town: Town) -> None:
    """Assert that nothing contradicts itself or Stripe, once the exchange knows everything."""
    await town.know()
    town.line.is_counting = False
    with town.edges.uncounted():
        found = await findings(town.exchange.app)
    assert found == [], found
    assert (await town.store.dead_letters.page(_PAGE)).items == ()


@pytest.fixture
def no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let stripe-python repeat a call at once."""
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.0)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.0)
