"""How stories are told: with webhooks in every manner, and with calls and processes that end."""

from collections import Counter
from dataclasses import dataclass

from solebook.composition.engine import engine_of
from solebook.ports.language.movements import MovementKind
from solebook.ports.language.orders import PaymentStatus

from ...exchange import Exchange
from ...fragile_store import Edge, Edges, until_killed
from .stories import Story
from .town import Town, check_books, founded_town


@dataclass(frozen=True)
class Outcome:
    """What no interruption may change."""

    moved: Counter[tuple[MovementKind, int]]
    orders: list[tuple[str, ...]]
    ledger: dict[str, int]


@dataclass(frozen=True)
class Telling:
    """What a story has come to, and what could be cut in it."""

    outcome: Outcome
    calls: int
    edges: list[Edge]
    """The edges that its first process has passed."""
    was_killed: bool = False


async def tell(
    story: Story,
    *,
    manner: str = "once",
    number: int = 0,
    when: str = "before",
    fatal: Edge | None = None,
) -> Telling:
    """Tell a story. Cut the call of this number, and kill the process at an edge."""
    async with founded_town(manner, card=story.card, rules=story.rules) as town:
        town.line.number, town.line.when = number, when
        edges, joined = Edges(fatal), town.exchange
        outcome = await _live(town, story, joined, edges)
        outcome = outcome or await _live(town, story, joined, Edges(None))
        assert outcome is not None
        assert number == 0 or town.line.was_cut
        assert Counter(kind for kind, _ in outcome.moved.elements()) == story.moved
        return Telling(outcome, town.line.calls, edges.passed, edges.is_dead)


async def _live(town: Town, story: Story, joined: Exchange, edges: Edges) -> Outcome | None:
    """Run one process; return what there is in the end, or nothing if it was killed."""
    async with town.process(edges):
        return await until_killed(_work(town, story, joined), edges)


async def _work(town: Town, story: Story, joined: Exchange) -> Outcome:
    exchange = town.exchange
    await exchange.reopen(joined)
    await story.tell(town)
    await check_books(town)
    outcome = await _outcome(town)
    await engine_of(exchange.app).stop()
    return outcome


def _told(status: PaymentStatus) -> PaymentStatus:
    """Return a payment's status. Who could not ask why a buyer did not pay calls it abandoned."""
    return PaymentStatus.DECLINED if status is PaymentStatus.ABANDONED else status


async def _outcome(town: Town) -> Outcome:
    movements = await town.rig.provider.movements("", 100)
    return Outcome(
        moved=Counter((each.kind, each.amount) for each in movements),
        orders=[
            (order.status, _told(order.payment_status), order.payout_status)
            for order in await town.exchange.orders()
        ],
        ledger={kind.value: total for kind, total in (await town.store.ledger.totals()).items()},
    )
