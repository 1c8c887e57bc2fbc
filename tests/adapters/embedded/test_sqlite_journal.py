"""Calls of the embedded provider are on disk before they are answered."""

import asyncio
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.embedded.sqlite_journal import SqliteJournal, _connect
from solebook.ports.language.errors import ChargeDeclined, RefundDeclined, Unavailable
from solebook.ports.language.ids import OrderId
from solebook.ports.language.payments import Charge

from .conftest import OpenProvider

CHARGING = """
import asyncio, sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from uuid import UUID
from solebook.adapters.embedded.sqlite_journal import SqliteJournal
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.embedded.sqlite_journal import SqliteJournal
from solebook.adapters.memory.virtual_clock import VirtualClock

async def charge_for_ever():
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    provider = EmbeddedPaymentProvider(SqliteJournal(Path(sys.argv[1])), clock, "whsec_test")
    for number in count():
        await provider.charge(
            key=f"{number}", order_id=UUID(int=number), payment_method="pm_card_visa", amount=100
        )
        print(number, flush=True)

asyncio.run(charge_for_ever())
"""


def order(number: int) -> OrderId:
    return OrderId(UUID(int=number))


async def charge(provider: EmbeddedPaymentProvider, number: int, card: str = tokens.CARD) -> str:
    done = await provider.charge(
        key=f"{number}", order_id=order(number), payment_method=card, amount=100
    )
    return done.id


def charge_until_killed(path: Path) -> int:
    """Let another process charge, kill it, and return the number of answered charges."""
    with subprocess.Popen(
        [sys.executable, "-c", CHARGING, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        answered = [process.stdout.readline() for _ in range(25)]
        process.kill()
        return len(answered + process.stdout.readlines())


async def test_provider_killed_at_any_instant_remembers_what_it_answered(
    path: Path, open_provider: OpenProvider
) -> None:
    answered = charge_until_killed(path)

    provider = open_provider()
    balance = await provider.balance()
    assert balance in (100 * answered, 100 * (answered + 1))
    for number in range(answered):
        found = await provider.find_charge(order(number))
        assert isinstance(found, Charge)
        assert found.id == await charge(provider, number)
    assert await provider.balance() == balance


async def test_reopened_provider_gives_the_same_answers(open_provider: OpenProvider) -> None:
    before = open_provider()
    charge_id = await charge(before, 1)
    with pytest.raises(ChargeDeclined):
        await charge(before, 2, tokens.DECLINED_CARD)
    with pytest.raises(Unavailable):
        await charge(before, 3, tokens.CARD_THAT_FAILS_ONCE)
    with pytest.raises(Unavailable):
        await charge(before, 4, tokens.CARD_THAT_TIMES_OUT)
    await before.refund(key="refund", charge_id=charge_id, amount=40)

    after = open_provider()

    assert await after.balance() == 160
    assert await after.webhooks() == await before.webhooks()
    assert await charge(after, 1) == charge_id
    with pytest.raises(ChargeDeclined):
        await charge(after, 2, tokens.DECLINED_CARD)
    await charge(after, 3, tokens.CARD_THAT_FAILS_ONCE)
    await charge(after, 4, tokens.CARD_THAT_TIMES_OUT)
    with pytest.raises(RefundDeclined):
        await after.refund(key="another", charge_id=charge_id, amount=61)
    assert await after.balance() == 260


async def test_two_processes_on_one_file_are_one_provider(open_provider: OpenProvider) -> None:
    one, other = open_provider(), open_provider()

    for number in range(6):
        first, second = (one, other) if number % 2 else (other, one)
        assert await charge(first, number) == await charge(second, number)

    assert await one.balance() == await other.balance() == 600


async def test_two_processes_at_once_wait_for_each_other(open_provider: OpenProvider) -> None:
    one, other = open_provider(patience=30), open_provider(patience=30)

    charges = [charge(provider, number) for number in range(20) for provider in (one, other)]
    ids = await asyncio.gather(*charges)

    assert len(set(ids)) == 20
    assert await one.balance() == 2_000


async def test_concurrent_callers_are_settled_one_after_another(
    open_provider: OpenProvider,
) -> None:
    provider = open_provider()

    ids = await asyncio.gather(*(charge(provider, number % 5) for number in range(20)))

    assert len(set(ids)) == 5
    assert await provider.balance() == 500


async def test_concurrent_callers_are_written_in_one_transaction(path: Path) -> None:
    journal = SqliteJournal(path)
    statements: list[str] = []
    journal._connection.set_trace_callback(statements.append)

    balances = await asyncio.gather(*(journal.consult(lambda p: p.balance) for _ in range(20)))

    assert balances == [0] * 20
    assert statements.count("COMMIT") <= 2
    journal.close()


async def test_a_failing_call_does_not_affect_the_others_of_its_batch(
    open_provider: OpenProvider,
) -> None:
    provider = open_provider()

    outcomes = await asyncio.gather(
        charge(provider, 1),
        provider.refund(key="refund", charge_id="ch_unknown", amount=100),
        charge(provider, 2),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes] == [str, AssertionError, str]
    assert await provider.balance() == 200


async def test_a_closed_journal_refuses_calls(path: Path) -> None:
    journal = SqliteJournal(path)
    journal.close()

    with pytest.raises(RuntimeError):
        await journal.consult(lambda provider: provider.balance)


async def test_file_locked_by_another_process_is_unavailable(
    path: Path, open_provider: OpenProvider
) -> None:
    provider = open_provider()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(Unavailable):
        await charge(provider, 1)

    other.execute("ROLLBACK")
    other.close()
    await charge(provider, 1)
    assert await provider.balance() == 100


async def test_call_that_cannot_be_written_has_no_effect(
    path: Path, open_provider: OpenProvider
) -> None:
    provider = open_provider()
    await charge(provider, 1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute(
        "CREATE TRIGGER full BEFORE INSERT ON calls BEGIN SELECT RAISE(FAIL, 'disk full'); END"
    )

    with pytest.raises(Unavailable):
        await charge(provider, 2)
    assert await provider.find_charge(order(2)) is None
    assert await provider.balance() == 100

    other.execute("DROP TRIGGER full")
    other.close()
    await charge(provider, 2)
    assert await provider.balance() == 200


async def test_broken_invariant_rolls_the_provider_back(open_provider: OpenProvider) -> None:
    provider = open_provider()
    charge_id = await charge(provider, 1)

    with pytest.raises(AssertionError):
        await provider.refund(key="refund", charge_id="ch_unknown", amount=100)

    await provider.refund(key="refund", charge_id=charge_id, amount=100)
    assert await provider.balance() == 0


def test_processes_that_open_a_new_file_at_once_wait_for_each_other(tmp_path: Path) -> None:
    together = Barrier(8)

    def opened(file: Path) -> None:
        together.wait()
        _connect(file, 5.0).close()

    with ThreadPoolExecutor(8) as threads:
        for number in range(20):
            file = tmp_path / f"{number}.sqlite3"
            assert list(threads.map(opened, [file] * 8)) == [None] * 8
