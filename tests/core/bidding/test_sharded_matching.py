"""Several engines of one exchange answer like a single one."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from solebook.ports.language.errors import BookHalted, Unavailable
from solebook.ports.language.events import QuotesWithdrawn, SuspensionCarriedOut
from solebook.ports.language.ids import AuditEntryId
from solebook.ports.language.market import Condition, QuoteStatus, Side, WithdrawalReason
from solebook.ports.language.withdrawals import WithdrawalPart, Withdrawn
from solebook.ports.matching import ShardMatching

from .market import PRICE
from .shards import Shards

NUMBER = 3
SUSPENDED = WithdrawalReason.SUSPENDED


@pytest.fixture
async def shards() -> AsyncIterator[Shards]:
    shards = await Shards.start(NUMBER)
    yield shards
    await shards.stop()


def away() -> ShardMatching:
    """Return the way to an engine that cannot be reached."""

    class Away:
        def __getattr__(self, name: str) -> Any:
            async def refuse(*_: object, **__: object) -> None:
                raise Unavailable(what=f"the engine for {name}")

            return refuse

    return Away()


def losing_answers(engine: ShardMatching) -> ShardMatching:
    """Return the way to an engine that carries out everything, and whose answers are lost."""

    class Losing:
        def __getattr__(self, name: str) -> Any:
            async def lose(*args: object, **kwargs: object) -> None:
                await getattr(engine, name)(*args, **kwargs)
                raise Unavailable(what=f"the answer to {name}")

            return lose

    return Losing()


async def is_halted(shards: Shards, shard: int) -> bool:
    try:
        await shards.place(Side.BID, shard, PRICE - 1_000)
    except BookHalted:
        return True
    return False


async def halted(shards: Shards) -> list[bool]:
    return [await is_halted(shards, shard) for shard in range(NUMBER)]


# ---- books -----------------------------------------------------------------------------------


async def test_each_book_trades_in_its_shard(shards: Shards) -> None:
    for shard in range(NUMBER):
        ask = (await shards.place(Side.ASK, shard)).quote
        placement = await shards.place(Side.BID, shard)
        assert placement.match is not None
        assert placement.match.ask_id == ask.id


async def test_it_is_ready_while_one_shard_is(shards: Shards) -> None:
    for engine in shards.engines[1:]:
        await engine.stop()
    await shards.matching.check_ready()
    await shards.engines[0].stop()
    with pytest.raises(Unavailable):
        await shards.matching.check_ready()


# ---- halts -----------------------------------------------------------------------------------


async def test_a_halt_of_a_product_is_one_of_every_shard(shards: Shards) -> None:
    halt = await shards.matching.halt(shards.halt_of())
    assert await halted(shards) == [True] * NUMBER
    assert await shards.market.books.standing_halts() == [halt]
    for shard in range(NUMBER):
        await shards.market.clock.advance(timedelta(0))
        assert (await shards.market.view(shards.book(shard))).halted

    opened = await shards.matching.open(halt.id)
    assert await halted(shards) == [False] * NUMBER
    assert await shards.market.books.halts([halt.id]) == {halt.id: opened}
    for shard in range(NUMBER):
        await shards.market.clock.advance(timedelta(0))
        assert not (await shards.market.view(shards.book(shard))).halted


@pytest.mark.parametrize("shard", range(NUMBER))
async def test_a_halt_of_one_book_leaves_the_others_open(shards: Shards, shard: int) -> None:
    halt = await shards.matching.halt(shards.halt_of(size=shards.book(shard).size))
    assert await halted(shards) == [other == shard for other in range(NUMBER)]
    await shards.matching.open(halt.id)
    assert await halted(shards) == [False] * NUMBER


async def test_a_second_halt_of_the_same_books_is_the_first_one(shards: Shards) -> None:
    first = await shards.matching.halt(shards.halt_of(condition=Condition.NEW))
    assert await shards.matching.halt(shards.halt_of(condition=Condition.NEW)) == first
    await shards.matching.open(first.id)
    assert await halted(shards) == [False] * NUMBER


async def test_waiting_asks_enter_in_every_shard(shards: Shards) -> None:
    asks = [(await shards.place(Side.ASK, shard)).quote for shard in range(NUMBER)]
    for shard in range(NUMBER):
        await shards.place(Side.BID, shard)
    halt = await shards.matching.halt(shards.halt_of())
    for ask in asks:
        assert (await shards.undo(ask)).status is QuoteStatus.WAITING
    await shards.matching.open(halt.id)
    assert [await shards.market.status(ask) for ask in asks] == [QuoteStatus.ACTIVE] * NUMBER
    opened = await shards.matching.open(halt.id)
    assert await shards.market.books.halts([halt.id]) == {halt.id: opened}


async def test_a_shard_that_missed_a_halt_has_it_after_the_repetition(shards: Shards) -> None:
    wanted = shards.halt_of()
    with pytest.raises(Unavailable):
        await shards.with_instead(1, away()).halt(wanted)
    assert await halted(shards) == [True, False, True]
    await shards.matching.halt(wanted)
    assert await halted(shards) == [True] * NUMBER
    assert len(await shards.market.books.standing_halts()) == 1


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_shard_that_missed_the_end_of_a_halt_opens_with_the_repetition(
    shards: Shards, restarts: bool
) -> None:
    ask = (await shards.place(Side.ASK, 1)).quote
    await shards.place(Side.BID, 1)
    halt = await shards.matching.halt(shards.halt_of())
    await shards.undo(ask)
    with pytest.raises(Unavailable):
        await shards.with_instead(1, away()).open(halt.id)
    assert await shards.market.status(ask) is QuoteStatus.WAITING
    if restarts:  # then it finds the halt ended, and the ask waiting
        await shards.replace_engine(1)

    await shards.matching.open(halt.id)

    assert await shards.market.status(ask) is QuoteStatus.ACTIVE
    assert (await shards.place(Side.BID, 1)).match is not None


async def test_a_halt_that_has_ended_does_not_begin_again(shards: Shards) -> None:
    halt = await shards.matching.halt(shards.halt_of())
    await shards.matching.open(halt.id)
    assert not (await shards.matching.halt(halt)).stands
    assert await halted(shards) == [False] * NUMBER


async def test_an_engine_that_starts_later_has_the_halt(shards: Shards) -> None:
    await shards.matching.halt(shards.halt_of())
    await shards.replace_engine(2)
    assert await halted(shards) == [True] * NUMBER


# ---- withdrawals -----------------------------------------------------------------------------


async def placed_by_one(shards: Shards) -> Any:
    user = shards.market.user_id()
    for shard in range(NUMBER):
        await shards.place(Side.BID, shard, user_id=user)
    await shards.place(Side.ASK, 1, PRICE + 1_000, user_id=user)
    return user


async def test_the_quotes_of_a_suspended_user_are_withdrawn_in_all_shards_and_told_once(
    shards: Shards,
) -> None:
    user = await placed_by_one(shards)
    entry = AuditEntryId(shards.market.ids.new())
    assert await shards.matching.withdraw_all(user, set(Side), SUSPENDED, entry_id=entry) == 4
    [told] = await shards.told(QuotesWithdrawn)
    assert (told.user_id, told.reason, told.count, len(told.quotes)) == (user, SUSPENDED, 4, 4)
    assert await shards.told(SuspensionCarriedOut) == [SuspensionCarriedOut(entry, user, 4)]
    assert not await shards.market.books.standing_of([user])


async def test_a_repeated_withdrawal_tells_nothing_more(shards: Shards) -> None:
    user = await placed_by_one(shards)
    for _ in range(2):
        assert await shards.matching.withdraw_all(user, set(Side), SUSPENDED, name="once") == 4
    assert len(await shards.told(QuotesWithdrawn)) == 1


@pytest.mark.parametrize("shard", range(NUMBER))
async def test_a_withdrawal_that_was_interrupted_reports_all_when_it_is_repeated(
    shards: Shards, shard: int
) -> None:
    user = await placed_by_one(shards)
    entry = AuditEntryId(shards.market.ids.new())
    interrupted = shards.with_instead(shard, losing_answers(shards.engines[shard]))
    with pytest.raises(Unavailable):
        await interrupted.withdraw_all(user, set(Side), SUSPENDED, entry_id=entry)
    for number in range(NUMBER):
        await shards.replace_engine(number)
    assert await shards.matching.withdraw_all(user, set(Side), SUSPENDED, entry_id=entry) == 4
    assert [told.count for told in await shards.told(QuotesWithdrawn)] == [4]
    assert [told.withdrawn for told in await shards.told(SuspensionCarriedOut)] == [4]


async def test_another_withdrawal_of_the_same_user_is_told_too(shards: Shards) -> None:
    user = await placed_by_one(shards)
    await shards.matching.withdraw_all(user, [Side.BID], SUSPENDED, name="first")
    await shards.place(Side.BID, 2, user_id=user)
    assert await shards.matching.withdraw_all(user, [Side.BID], SUSPENDED, name="second") == 1
    assert [told.count for told in await shards.told(QuotesWithdrawn)] == [3, 1]


async def test_nothing_is_told_to_a_user_without_quotes(shards: Shards) -> None:
    entry = AuditEntryId(shards.market.ids.new())
    user = shards.market.user_id()
    assert await shards.matching.withdraw_all(user, set(Side), SUSPENDED, entry_id=entry) == 0
    assert await shards.told(QuotesWithdrawn) == []
    assert [told.withdrawn for told in await shards.told(SuspensionCarriedOut)] == [0]


async def test_what_was_withdrawn_names_the_first_quotes(shards: Shards) -> None:
    user = await placed_by_one(shards)
    part = WithdrawalPart(user, tuple(Side), SUSPENDED)
    one = await shards.engines[1].withdraw_part(part)
    many = Withdrawn(25, one.quotes * 10)
    assert (one.count, len(one.quotes)) == (2, 2)
    assert (many + one).count == 27
    assert len((many + one).quotes) == Withdrawn.NAMED
