"""The books of a stopped exchange are divided into another number of shards."""

import pytest

from solebook.composition.engine import reshard_of
from solebook.ports.language.audit import AuditAction
from solebook.ports.language.errors import Forbidden
from solebook.ports.language.market import Side
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.terms import WrongShards
from solebook.ports.language.users import OPERATOR

from .market import PRICE
from .shards import Shards


async def divided(shards: Shards, number: int) -> Shards:
    """Stop the engines, and return those of another number of shards on the same store."""
    await shards.stop()
    former = await reshard_of(shards.market.app)(OPERATOR, number, reason="a test")
    assert former == len(shards.engines)
    engines = [shards.market.engine_of(shard, number) for shard in range(number)]
    for engine in engines:
        await engine.start()
    return Shards(shards.market, engines)


async def test_quotes_stay_in_their_books_whose_numbers_rise() -> None:
    shards = await Shards.start(1)
    book = shards.book(0)
    seq = 0
    for number in (4, 2, 1):
        command = shards.market.command(Side.ASK, book=book)
        ask = (await shards.matching.place(command)).quote
        shards = await divided(shards, number)
        bid = shards.market.command(Side.BID, PRICE, book=book)
        match = (await shards.matching.place(bid)).match
        assert match is not None
        assert match.ask_id == ask.id
        for engine in shards.engines:
            await engine.loaded()
        await shards.matching.place(shards.market.command(Side.BID, PRICE - 1_000, book=book))
        await shards.stop()  # so that all is published
        last = max(told.seq for told in shards.market.views.told if told.book == book)
        assert last > seq
        seq = last
        shards = await divided(shards, number)
    await shards.stop()


async def test_an_engine_of_another_number_of_shards_does_not_start() -> None:
    shards = await divided(await Shards.start(1), 2)
    with pytest.raises(WrongShards):
        await shards.market.engine_of(0, 1).start()
    await shards.stop()


async def test_it_is_in_the_audit_log() -> None:
    shards = await divided(await Shards.start(1), 2)
    page = await shards.market.adapters.store.audit_log.page(PageRequest())
    [act] = [e.act for e in page.items if e.act.action is AuditAction.RESHARDED]
    assert (act.reason, act.facts) == ("a test", {"shards_before": 1, "shards": 2})
    await shards.stop()


@pytest.mark.parametrize("number", [-1, 0, 65])
async def test_an_impossible_number_is_refused(number: int) -> None:
    shards = await Shards.start(1)
    with pytest.raises(ValueError, match="1 to 64 shards"):
        await reshard_of(shards.market.app)(OPERATOR, number, reason="a test")
    await shards.stop()


async def test_only_an_admin_divides_the_books() -> None:
    shards = await Shards.start(1)
    trader = await shards.market.exchange.person()
    with pytest.raises(Forbidden):
        await reshard_of(shards.market.app)(trader, 2, reason="a test")
    await shards.stop()
