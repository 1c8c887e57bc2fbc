"""A simulated market: describe it, run it, read the result."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random

from ...composition.embedded import START, VirtualClock, build_embedded
from ...composition.engine import engine_of
from ...ports.language.market import Side
from ...ports.language.rules import MarketRules
from ..worker.workers import Workers
from .agenda import Agenda, Progress, unseen
from .behaviour import Behaviour
from .catalogue import create_books
from .logistics import Logistics
from .people import People, gather_people
from .report import report
from .result import SimulationResult
from .sneakers import SNEAKERS, Sneaker
from .trading import Trading
from .visits import draw_visits

_MAX_DAYS = 3_650
_MAX_PEOPLE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A market: its people, products, duration and rules. Raises ValueError.

    The simulation is deterministic, to the cent and the microsecond, in every process. Another seed
    gives another course of events. To compare markets, change one thing:
    `dataclasses.replace(market, rules=MarketRules(processing_fee=250))`.
    """

    seed: int = 0
    days: int = 30
    buyers: int = 20
    sellers: int = 20
    authenticators: int = 2
    sneakers: tuple[Sneaker, ...] = SNEAKERS
    behaviour: Behaviour = field(default_factory=Behaviour)
    rules: MarketRules = field(default_factory=MarketRules)

    def __post_init__(self) -> None:
        for name, number, maximum in (
            ("days", self.days, _MAX_DAYS),
            ("buyers", self.buyers, _MAX_PEOPLE),
            ("sellers", self.sellers, _MAX_PEOPLE),
            ("authenticators", self.authenticators, _MAX_PEOPLE),
        ):
            if not 1 <= number <= maximum:
                raise ValueError(f"{name} must be between 1 and {maximum}, not {number}")
        names = [sneaker.name for sneaker in self.sneakers]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"sneakers must be one or more with different names: {names}")
        lowest, highest = self.rules.min_amount, self.rules.max_amount
        for sneaker in self.sneakers:
            if not lowest <= sneaker.fair_value <= highest:
                raise ValueError(
                    f"{sneaker.name}: the fair_value {sneaker.fair_value} is outside the rules, "
                    f"which allow {lowest} to {highest}"
                )

    def simulate(self) -> SimulationResult:
        """Run the market from its first day to its last and return the result.

        Raises RuntimeError if an invariant does not hold, and if an event loop is running, as in a
        notebook. Use `await market.simulate_async()` there.
        """
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return asyncio.run(self.simulate_async())
        raise RuntimeError(
            "an event loop is running, as in a notebook: use `await market.simulate_async()`"
        )

    async def simulate_async(self, progress: Progress = unseen) -> SimulationResult:
        """Do the same as `simulate`, in a running event loop.

        `progress` is told after each step how much simulated time has passed.
        """
        clock = VirtualClock(START)
        app = build_embedded(seed=self.seed, clock=clock, rules=self.rules)
        agenda = Agenda(clock)
        people = await gather_people(
            app, buyers=self.buyers, sellers=self.sellers, authenticators=self.authenticators
        )
        books = await create_books(app, self.sneakers, days=self.days, seed=self.seed)
        Logistics(app, agenda, people, self.behaviour, Random(f"{self.seed}:logistics")).subscribe()
        self._plan_visits(agenda, people, Trading(app, books), len(books))
        await engine_of(app).start()
        try:
            settle = Workers(app).settle
            await agenda.run(timedelta(days=self.days), settle=settle, progress=progress)
            result = await report(app, books, people.sellers, agenda.refusals)
        finally:
            await engine_of(app).stop()
        if not result.invariants.hold:
            raise RuntimeError(f"the exchange has a fault: {result.invariants}")
        return result

    def _plan_visits(self, agenda: Agenda, people: People, trading: Trading, books: int) -> None:
        """Plan all visits.

        Each trader has their own random generator, so that one more does not change the others.
        """
        for side, traders in ((Side.BID, people.buyers), (Side.ASK, people.sellers)):
            for number, trader in enumerate(traders):
                dice = Random(f"{self.seed}:{side}:{number}")
                visits = draw_visits(self.behaviour, days=self.days, books=books, dice=dice)
                for visit in visits:
                    agenda.plan(visit.after, partial(trading.visit, trader, side, visit))
