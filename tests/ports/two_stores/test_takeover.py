"""A process that takes a shard over, while its owner works, sees all that was answered."""

from solebook.composition.engine import engine_of
from solebook.ports.language.errors import ShardLost, Unavailable
from solebook.ports.language.market import QuoteStatus, Side
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.placement import Placement

from ...exchange import Exchange
from ...invariants import check_invariants
from .racing import Race, Races, tried_again


async def bid_if_owner(exchange: Exchange) -> Placement | None:
    """Bid, and return None if this process owns the shard no longer."""
    try:
        return await exchange.bid(exchange.buyer)
    except (ShardLost, Unavailable):
        return None


async def taken_over(exchange: Exchange, before: Exchange) -> None:
    await exchange.reopen(before)


async def test_an_ask_is_matched_once_although_its_shard_is_taken_over(
    processes: tuple[Exchange, Exchange], repeated: Races
) -> None:
    owner, stranger = processes
    await owner.open()

    async def once(race: Race) -> None:
        nonlocal owner, stranger
        before, after = owner, stranger.in_another_process()
        ask = (await before.ask(before.seller)).quote
        placed, _ = await race(lambda: bid_if_owner(before), lambda: taken_over(after, before))
        await engine_of(before.app).stop()
        again = await after.bid(after.buyer)
        # What was answered counts; what was not may have happened or not, but not twice.
        won = [each for each in (placed, again) if isinstance(each, Placement) and each.match]
        assert len(won) <= 1
        assert (await after.store.quotes.get(ask.id)).status is QuoteStatus.MATCHED
        await withdraw_bids(after)
        await tried_again(after.workers.settle)()
        owner, stranger = after, before

    await repeated(once)
    await owner.quiet()
    await check_invariants(owner)
    await engine_of(owner.app).stop()


async def withdraw_bids(exchange: Exchange) -> None:
    buyer = exchange.buyer
    page = await exchange.store.quotes.of_user(
        buyer.user_id, Side.BID, PageRequest(), QuoteStatus.ACTIVE
    )
    for bid in page.items:
        await exchange.app.bidding.cancel_quote(buyer, Side.BID, bid.id)
