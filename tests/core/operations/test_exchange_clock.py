"""The clock that all processes of a demo share: it is started once, moved forward, and followed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.adapters.system.clock import AdjustableClock
from solebook.core.operations.follow_clock import FollowClock
from solebook.core.operations.move_clock import MoveClock
from solebook.core.operations.start_clock import StartClock
from solebook.core.operations.view_clock import ViewClock
from solebook.ports.exchange_clock import ClockFollowers, ClockOffset
from solebook.ports.language.audit import Act, AuditAction
from solebook.ports.language.errors import Forbidden, Unavailable
from solebook.ports.language.exchange_clock import ClockFollower, ClockRefused
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import OPERATOR
from solebook.ports.wakeups import Wakeups

from ...exchange import Exchange, build_exchange

START = datetime(2017, 10, 3, 9, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
PAST = -9 * 365 * DAY

T = TypeVar("T")


class Deaf(Wakeups):
    """Wake-ups that do not arrive."""

    def send(self, topic: str) -> None:
        pass

    def subscribe(self, topic: str, wake: object) -> None:
        pass


class Broken(ClockOffset):
    """An offset that cannot be read now and then."""

    def __init__(self, offset: ClockOffset) -> None:
        self._offset = offset
        self.failures = 0

    async def agreed(self) -> timedelta | None:
        if self.failures:
            self.failures -= 1
            raise Unavailable(what="the store")
        return await self._offset.agreed()

    async def agree(self, offset: timedelta) -> timedelta:
        return await self._offset.agree(offset)

    async def set(self, offset: timedelta) -> None:
        await self._offset.set(offset)


class Demo:
    """The clock of an exchange that has not run yet."""

    def __init__(self) -> None:
        self.exchange: Exchange = build_exchange()
        self.real, self.store = self.exchange.clock, self.exchange.store
        self.stopwatch = VirtualStopwatch(self.real)
        self.offset = Broken(self.store.clock_offset)
        self.followers: ClockFollowers = self.store.clock_followers

    def start(self, at: datetime = START, *, is_production: bool = False) -> StartClock:
        return StartClock(
            transaction=self.store.transaction,
            offset=self.offset,
            rules_in_force=self.store.rules_in_force,
            outbox=self.store.outbox,
            audit_log=self.store.audit_log,
            clock=AdjustableClock(at, self.real),
            is_production=is_production,
        )

    def move(self) -> MoveClock:
        return MoveClock(
            transaction=self.store.transaction,
            offset=self.offset,
            followers=self.followers,
            wakeups=self.store.wakeups,
            audit_log=self.store.audit_log,
            clock=AdjustableClock(START, self.real),
            real_clock=self.real,
            stopwatch=self.stopwatch,
        )

    @asynccontextmanager
    async def process(
        self, name: str, wakeups: Wakeups | None = None
    ) -> AsyncIterator[AdjustableClock]:
        """Another process, which opened the exchange at its start."""
        clock = AdjustableClock(START, self.real)
        follow = FollowClock(
            offset=self.offset,
            followers=self.followers,
            wakeups=wakeups or self.store.wakeups,
            clock=clock,
            stopwatch=self.stopwatch,
            process=name,
        )
        await follow.begin()
        running = asyncio.create_task(follow.run())
        try:
            yield clock
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await follow.end()

    async def elapse(self, awaitable: Awaitable[T]) -> tuple[T, timedelta]:
        """Let real time pass until something is done; return its result and how long it took."""
        begun = self.real.now()
        task = asyncio.ensure_future(awaitable)
        while not task.done():
            await self.real.advance(timedelta(milliseconds=5))
            await asyncio.sleep(0)
        return await task, self.real.now() - begun

    async def acts(self) -> list[Act]:
        page = await self.store.audit_log.page(PageRequest(limit=100))
        return [entry.act for entry in page.items]


@pytest.fixture
async def demo() -> Demo:
    """An exchange whose clock has been started."""
    demo = Demo()
    await demo.start()(OPERATOR)
    return demo


# ---- starting ------------------------------------------------------------------------------------


async def test_a_new_exchange_gets_the_time_that_was_chosen_and_the_audit_log_tells() -> None:
    demo = Demo()
    assert await demo.start()(OPERATOR, reason="a demo") == START
    assert await demo.offset.agreed() == START - demo.real.now()
    [act] = await demo.acts()
    assert (act.action, act.reason, act.facts) == (
        AuditAction.CLOCK_STARTED,
        "a demo",
        {"at": "2017-10-03T09:00:00+00:00"},
    )


async def test_production_has_real_time() -> None:
    demo = Demo()
    with pytest.raises(ClockRefused, match="production runs on real time"):
        await demo.start(is_production=True)(OPERATOR)
    assert await demo.offset.agreed() is None


async def test_only_an_admin_starts_or_moves_it(demo: Demo) -> None:
    await demo.exchange.open()
    for act in (Demo().start()(demo.exchange.buyer), demo.move()(demo.exchange.buyer, DAY)):
        with pytest.raises(Forbidden):
            await act


async def test_a_clock_is_started_once(demo: Demo) -> None:
    with pytest.raises(ClockRefused, match="a new database"):
        await demo.start(START + DAY)(OPERATOR)


async def test_an_exchange_that_runs_on_real_time_stays_so() -> None:
    demo = Demo()
    async with demo.store.transaction():
        await demo.offset.agree(timedelta(0))
    with pytest.raises(ClockRefused, match="a new database"):
        await demo.start()(OPERATOR)
    with pytest.raises(ClockRefused, match="real time"):
        await demo.move()(OPERATOR, DAY)


async def test_the_clock_of_an_exchange_with_users_is_not_started() -> None:
    demo = Demo()
    await demo.exchange.app.users.register_user(
        email="first@example.com", password="correct horse", first_name="A", last_name="B"
    )
    with pytest.raises(ClockRefused, match="a new database"):
        await demo.start()(OPERATOR)


# ---- moving --------------------------------------------------------------------------------------


async def test_processes_follow_a_move_at_once(demo: Demo) -> None:
    async with demo.process("one") as one, demo.process("two") as two:
        moved, took = await demo.elapse(demo.move()(OPERATOR, DAY, reason="the next day"))
        assert took < timedelta(milliseconds=100)
        assert one.ahead == two.ahead == await demo.offset.agreed()
        assert timedelta(0) <= moved - (START + DAY) <= took
    act = (await demo.acts())[0]
    assert (act.action, act.reason) == (AuditAction.CLOCK_MOVED, "the next day")
    assert act.facts["to"] == "2017-10-04T09:00:00+00:00"


async def test_it_is_moved_to_an_instant(demo: Demo) -> None:
    async with demo.process("one") as one:
        moved, took = await demo.elapse(demo.move()(OPERATOR, START + 3 * DAY))
        assert START + 3 * DAY <= moved <= START + 3 * DAY + took
        assert one.now() == moved


async def test_it_is_never_moved_backwards(demo: Demo) -> None:
    for step in (-SECOND, START - SECOND):
        with pytest.raises(ClockRefused, match="it is 2017-10-03T09:00:00Z"):
            await demo.move()(OPERATOR, step)


async def test_who_moves_it_waits_for_a_process_that_hears_no_wake_up(demo: Demo) -> None:
    async with demo.process("deaf", Deaf()) as deaf:
        _, took = await demo.elapse(demo.move()(OPERATOR, DAY))
        assert timedelta(milliseconds=500) < took < 2 * SECOND
        assert deaf.ahead == await demo.offset.agreed()


async def test_who_moves_it_waits_for_a_process_whose_store_is_away_for_a_while(
    demo: Demo,
) -> None:
    async with demo.process("one") as one:
        move = asyncio.ensure_future(demo.move()(OPERATOR, DAY))
        await asyncio.sleep(0)
        demo.offset.failures = 3
        await demo.elapse(move)
        assert one.ahead == await demo.offset.agreed()


async def test_a_process_that_was_killed_is_waited_for_once_and_not_for_long(demo: Demo) -> None:
    await demo.followers.beat("killed", PAST)
    async with demo.process("one"):
        _, took = await demo.elapse(demo.move()(OPERATOR, DAY))
        assert 5 * SECOND <= took < 6 * SECOND
        assert [each.process for each in await demo.followers.all()] == ["one"]
        _, took = await demo.elapse(demo.move()(OPERATOR, DAY))
        assert took < SECOND


async def test_a_process_that_starts_while_it_is_moved_has_the_new_time(demo: Demo) -> None:
    await demo.elapse(demo.move()(OPERATOR, DAY))
    async with demo.process("late") as late:
        assert late.ahead == await demo.offset.agreed()
        [follower] = await demo.followers.all()
        assert (follower.process, follower.offset) == ("late", late.ahead)
    assert list(await demo.followers.all()) == []


async def test_two_who_move_it_at_once_add_up(demo: Demo) -> None:
    before = await demo.offset.agreed()
    assert before is not None
    both = asyncio.gather(demo.move()(OPERATOR, DAY), demo.move()(OPERATOR, DAY))
    await demo.elapse(both)
    assert await demo.offset.agreed() == before + 2 * DAY


# ---- viewing -------------------------------------------------------------------------------------


async def test_it_is_shown_with_its_followers(demo: Demo) -> None:
    view = ViewClock(demo.offset, demo.followers, demo.real)
    async with demo.process("one") as one:
        shown = await view()
        assert (shown.now, shown.ahead) == (START, one.ahead)
        assert [each.process for each in shown.followers] == ["one"]


async def test_the_clock_of_a_new_exchange_is_real_time_so_far() -> None:
    demo = Demo()
    shown = await ViewClock(demo.offset, demo.followers, demo.real)()
    assert (shown.now, shown.ahead, list(shown.followers)) == (demo.real.now(), None, [])


async def test_a_follower_beats_about_once_a_second(demo: Demo) -> None:
    async with demo.process("one"):
        await demo.elapse(demo.stopwatch.sleep(10))
        [follower] = await demo.followers.all()
        assert isinstance(follower, ClockFollower)
        assert 10 <= follower.beats <= 13
