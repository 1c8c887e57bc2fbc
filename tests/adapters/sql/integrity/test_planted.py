"""A verification finds what contradicts itself in a store, and nothing else."""

from pathlib import Path
from uuid import UUID

import pytest

from solebook.adapters.embedded.dashboard import Dashboard
from solebook.composition.engine import engine_of
from solebook.composition.integrity import verify_exchange_of
from solebook.ports.language.ids import MessageId, OrderId
from solebook.ports.language.integrity import Finding, Underway
from solebook.ports.language.messages import Delivery, Queue

from ....exchange import Exchange
from ....invariants import findings
from .conftest import Tamper, exchange_in
from .planted import DELIVERIES, PLANTED


async def test_an_exchange_with_orders_in_every_state_is_clean(folder: Path) -> None:
    async with exchange_in(folder) as exchange:
        assert await findings(exchange.app) == []


@pytest.mark.parametrize("name", PLANTED)
async def test_what_was_planted_is_found_and_nothing_else(
    folder: Path, names: dict[str, str], tamper: Tamper, name: str
) -> None:
    planted = PLANTED[name]
    tamper(*planted.sql)
    async with exchange_in(folder) as exchange:
        found = await findings(exchange.app)
    assert sorted(found) == sorted(line.format(**names) for line in planted.found)


# ---- what rows refer to --------------------------------------------------------------------------


async def test_a_row_that_refers_to_nothing_is_found(
    folder: Path, names: dict[str, str], tamper: Tamper
) -> None:
    tamper(
        "UPDATE addresses SET user_id = :product WHERE user_id = :buyer",
        "INSERT INTO turns (queue, priority, turn, due_at) VALUES ('charges', 1, 'nobody', '')",
    )
    async with exchange_in(folder) as exchange:
        found = await findings(exchange.app)
    assert len(found) == 2
    assert found[0].startswith("references: addresses ")
    assert found[0].endswith(f"its user_id {names['product']}, in users, does not exist")
    assert found[1].endswith("a delivery of turn nobody in queue charges does not exist")


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE users SET payment_method = 'pm_gone' WHERE id = :buyer",
        "UPDATE payment_methods SET removed_at = '2026-01-01' WHERE user_id = :buyer",
        "DELETE FROM payment_methods WHERE user_id = :buyer",
    ],
    ids=["unknown", "removed", "gone"],
)
async def test_a_default_card_that_is_not_on_file_is_found(
    folder: Path, names: dict[str, str], tamper: Tamper, harm: str
) -> None:
    tamper(harm)
    async with exchange_in(folder) as exchange:
        found = await findings(exchange.app)
    what = "a card on file that is its default does not exist"
    assert found == [f"references: users {names['buyer']}: {what}"]


async def test_a_lost_order_is_found_by_all_that_is_left_of_it(
    folder: Path, names: dict[str, str], tamper: Tamper
) -> None:
    tamper("DELETE FROM orders WHERE id = :confirmed")
    async with exchange_in(folder) as exchange:
        found = await findings(exchange.app)
    order = f"order {names['confirmed']}"
    assert {line.partition(":")[0] for line in found if order in line} == {
        "history",
        "matches",
        "payments",
        "stock",
        "warehouse",
        "tape",
    }


# ---- deliveries ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DELIVERIES)
async def test_a_delivery_that_will_not_arrive_is_found(
    folder: Path, tamper: Tamper, name: str
) -> None:
    async with exchange_in(folder) as exchange:
        await wait_for_retry(exchange)
        assert await findings(exchange.app) == []
    tamper(*DELIVERIES[name].sql)
    async with exchange_in(folder) as exchange:
        found = await findings(exchange.app)
    assert [line.partition(": ")[2].partition(": ")[2] for line in found] == [
        *DELIVERIES[name].found
    ]


async def wait_for_retry(exchange: Exchange) -> None:
    """Let a message of the outbox wait in the queue of its consumer."""
    store = exchange.store
    [message] = [m for m in await store.outbox.unsent(10) if m.subject == "match.created"]
    delivery = Delivery(
        id=MessageId(exchange.app.adapters.ids.new()),
        consumer="catalog.reserve_stock:match.created",
        message=message,
        attempts=1,
        due_at=exchange.clock.now(),
        error="out of order",
        queue=Queue.TRADE,
        turn=message.key,
    )
    async with store.transaction():
        await store.deliveries.add([delivery])


# ---- the provider --------------------------------------------------------------------------------


async def reports(exchange: Exchange) -> list[str]:
    verify = verify_exchange_of(exchange.app, pauses=())
    return [
        f"{type(report).__name__}: {report}"
        async for report in verify()
        if isinstance(report, Finding | Underway)
    ]


async def test_what_the_provider_did_unasked_and_has_not_reported_is_found(
    folder: Path, names: dict[str, str]
) -> None:
    confirmed = OrderId(UUID(names["confirmed"]))
    async with exchange_in(folder) as exchange:
        dashboard = Dashboard(exchange.provider.journal)
        charge = await dashboard.charge(None, 5_000)
        refund = await dashboard.refund(names["charge"], 100)
        payout = await dashboard.pay_out(confirmed, 700)
        found = await reports(exchange)
    order = f"Finding: provider: order {confirmed}: the provider"
    assert sorted(found) == sorted(
        [
            (
                f"Finding: provider: movement {charge.id} for no order: the provider charged 50.00 "
                f"({charge.id}), and the ledger has 0.00"
            ),
            f"{order} refunded 1.00 ({refund.id}), and the ledger has 0.00",
            f"{order} paid out 7.00 ({payout.id}), and the ledger has 0.00",
        ]
    )


async def test_what_the_provider_has_reported_is_no_difference(
    folder: Path, names: dict[str, str]
) -> None:
    async with exchange_in(folder) as exchange:
        dashboard = Dashboard(exchange.provider.journal)
        await dashboard.charge(None, 5_000)
        await dashboard.refund(names["charge"], 100)
        for number in (-2, -1):
            await exchange.webhook(number)
        await exchange.workers.relay.drain()
        assert await reports(exchange) == []


async def test_a_charge_without_an_answer_is_under_way(folder: Path, names: dict[str, str]) -> None:
    pending = OrderId(UUID(names["pending"]))
    async with exchange_in(folder) as exchange:
        charge = await exchange.provider.charge(
            key=f"{pending}:charge", order_id=pending, payment_method="pm_card_visa", amount=19_400
        )
        found = await reports(exchange)
    assert found == [
        (
            f"Underway: order {pending}: the provider charged 194.00 ({charge.id}), and the ledger "
            "has 0.00"
        )
    ]


# ---- published books -----------------------------------------------------------------------------


async def test_a_published_book_that_is_not_the_stored_one_is_found(
    folder: Path, names: dict[str, str], tamper: Tamper
) -> None:
    async with exchange_in(folder) as exchange:
        await engine_of(exchange.app).start()
        await engine_of(exchange.app).loaded()
        assert await findings(exchange.app) == []
        tamper("UPDATE asks SET amount = 26000 WHERE id = :ask")
        found = await findings(exchange.app)
        await engine_of(exchange.app).stop()
    assert found == [
        (
            f"books: book {names['product']} 9 new: the published asks are 1 at 20000, 1 at 25000; "
            "they should be 1 at 20000, 1 at 26000"
        )
    ]
