"""`solebook admin apply-rules` on a database with quotes that violate the new rules."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import pytest

from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.engine import engine_of
from solebook.composition.exclusive import exclusive
from solebook.config.load import load_settings
from solebook.config.settings import Settings
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.events import CostsRose, QuotesWithdrawn
from solebook.ports.language.ids import ProductId, QuoteId, UserId
from solebook.ports.language.market import BookKey, QuoteStatus, Side, Size
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.placement import PlaceQuote

from .conftest import Run
from .test_main import one_line

T = TypeVar("T")

BOOK = BookKey(ProductId(UUID(int=1)), Size("9"))
OWNER = UserId(UUID(int=2))
AMOUNTS = {Side.BID: (2_400, 11_000), Side.ASK: (20_000, 30_000)}
"""The lowest bid violates the rules of the tests."""


def within(folder: Path, work: Callable[[Application], Awaitable[T]]) -> T:
    """Run something in the exchange of a folder, under the old rules."""

    async def done() -> T:
        async with open_application(Settings(folder=str(folder))) as application:
            return await work(application)

    return asyncio.run(done())


async def place(app: Application) -> None:
    await engine_of(app).start()
    for side, amounts in AMOUNTS.items():
        for amount in amounts:
            await app.matching.place(
                PlaceQuote(
                    id=QuoteId(app.adapters.ids.new()),
                    side=side,
                    user_id=OWNER,
                    book=BOOK,
                    amount=amount,
                    expires_at=app.adapters.clock.now() + timedelta(days=30),
                )
            )
    await engine_of(app).stop()


@pytest.fixture
def market(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with quotes, and settings with a higher minimum and shipping fee."""
    within(folder, place)
    monkeypatch.setenv("SOLEBOOK_MARKET__MIN_AMOUNT", "10000")
    monkeypatch.setenv("SOLEBOOK_MARKET__SHIPPING_FEE", "1600")
    return folder


def statuses(folder: Path) -> dict[int, str]:
    async def read(app: Application) -> dict[int, str]:
        found: dict[int, str] = {}
        for side in Side:
            page = await app.adapters.store.quotes.of_user(OWNER, side, PageRequest())
            found |= {quote.amount: str(quote.status) for quote in page.items}
        return found

    return within(folder, read)


def told(folder: Path) -> list[object]:
    async def read(app: Application) -> list[object]:
        messages = await app.adapters.store.outbox.unsent(100)
        return [m.event for m in messages if isinstance(m.event, QuotesWithdrawn | CostsRose)]

    return within(folder, read)


def test_an_exchange_with_quotes_outside_its_rules_does_not_start(market: Path, run: Run) -> None:
    refused = run("serve", "--port", "0")
    assert refused.code == 1
    said = one_line(refused.err)
    assert said.startswith("solebook: 1 bid and no asks of 1 user are outside the rules")
    assert "solebook admin apply-rules --reason TEXT" in said
    assert statuses(market)[2_400] == QuoteStatus.ACTIVE


CHANGES = """\
min_amount: 2500 -> 10000
shipping_fee: 1400 -> 1600
1 bid and no asks of 1 user are outside the rules
1 user is told of higher costs
"""


def test_a_dry_run_shows_the_effect_and_changes_nothing(market: Path, run: Run) -> None:
    for _ in range(2):
        shown = run("admin", "apply-rules", "--dry-run")
        assert (shown.code, shown.out) == (0, CHANGES + "nothing was changed\n")
    assert set(statuses(market).values()) == {"active"}
    assert told(market) == []


def test_violating_quotes_are_withdrawn_and_the_exchange_starts_with_the_rules(
    market: Path, run: Run
) -> None:
    done = run("admin", "apply-rules", "--reason", "no trades below $100")
    assert (done.code, done.out) == (0, CHANGES + "the exchange starts with these rules now\n")
    assert statuses(market) == {
        2_400: "cancelled",
        11_000: "active",
        20_000: "active",
        30_000: "active",
    }
    kinds = [type(event).__name__ for event in told(market)]
    assert sorted(kinds) == ["CostsRose", "QuotesWithdrawn"]
    again = run("admin", "apply-rules", "--reason", "to be sure")
    assert again.out == ("the exchange last ran with these rules; there is nothing to apply\n")


def test_the_action_is_audited_with_its_outcome(market: Path, run: Run) -> None:
    run("admin", "apply-rules", "--reason", "no trades below $100")
    shown = run("admin", "audit").out
    assert "rules_applied" in shown
    assert "carried_out" in shown
    assert "no trades below $100" in shown


def test_a_reason_or_a_dry_run_is_required(market: Path, run: Run) -> None:
    assert run("admin", "apply-rules").code == 2
    assert run("admin", "apply-rules", "--dry-run", "--reason", "both").code == 2
    refused = run("admin", "apply-rules", "--reason", " ")
    assert (refused.code, one_line(refused.err)) == (1, "solebook: reason is empty")
    assert statuses(market)[2_400] == "active"


def test_a_running_exchange_allows_only_a_dry_run(market: Path, run: Run) -> None:
    with exclusive(Settings(folder=str(market))):
        refused = run("admin", "apply-rules", "--reason", "now")
        assert refused.code == 1
        assert "another solebook is running" in one_line(refused.err)
        assert run("admin", "apply-rules", "--dry-run").code == 0
    assert statuses(market)[2_400] == "active"


def test_the_exchange_starts_afterwards(market: Path, run: Run) -> None:
    run("admin", "apply-rules", "--reason", "no trades below $100")

    async def start() -> bool:
        settings = load_settings(None, os.environ)
        async with open_application(settings) as app, Workers(app).running():
            return engine_of(app).is_running

    assert asyncio.run(start())


def test_an_exchange_with_offers_keeps_its_currency(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    within(folder, place)
    monkeypatch.setenv("SOLEBOOK_MARKET__CURRENCY", "JPY")
    started = run("serve", "--port", "0")
    assert started.code == 1
    assert "the exchange trades in USD, and this process in JPY" in one_line(started.err)
    for how in (("--dry-run",), ("--reason", "we moved to Japan")):
        refused = run("admin", "apply-rules", *how)
        assert (refused.code, refused.out) == (1, "")
        assert one_line(refused.err) == (
            "solebook: the exchange has products, offers or money in USD, so its currency cannot "
            "be changed to JPY. Set market.currency to USD, or start another exchange with a store "
            "of its own"
        )
    assert set(statuses(folder).values()) == {"active"}


def test_an_empty_exchange_takes_another_currency(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def start(app: Application) -> None:
        await engine_of(app).start()
        await engine_of(app).stop()

    within(folder, start)
    monkeypatch.setenv("SOLEBOOK_MARKET__CURRENCY", "KWD")
    done = run("admin", "apply-rules", "--reason", "we begin in Kuwait")
    assert done.code == 0
    assert "currency: USD -> KWD" in done.out
    assert "shipping_fee: 1400 -> 14000" in done.out
    assert run("admin", "verify").code == 0
    assert "held                   0.000" in run("admin", "solvency").out
