import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.system.clock import AdjustableClock, SystemClock, real_clock_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HYPE = datetime(2015, 2, 14, 9, tzinfo=UTC)


# ---- SystemClock -----------------------------------------------------------------------------


def test_system_clock_returns_the_system_time_in_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()

    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


class Machine:
    """A wall clock that can be set, and a stopwatch that cannot."""

    def __init__(self) -> None:
        self.wall, self.passed = NOON, 0.0
        self.clock = SystemClock(lambda: self.wall, lambda: self.passed)

    def trouble(self) -> str | None:
        return self.clock.trouble

    def pass_(self, seconds: float) -> list[datetime]:
        """Let time pass in quarters of seconds, and return what the clock showed at each."""
        shown = []
        for _ in range(int(seconds * 4)):
            self.passed += 0.25
            self.wall += timedelta(seconds=0.25)
            shown.append(self.clock.now())
        return shown


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.mark.parametrize("by", [20, -20])
def test_system_clock_is_drawn_slowly_toward_a_wall_clock_that_was_set(
    machine: Machine, by: int
) -> None:
    machine.wall += timedelta(seconds=by)
    before = machine.clock.now()
    minute = machine.pass_(60)

    # It gains or loses 5 % of the minute, and never goes back.
    assert (minute[-1] - before).total_seconds() == pytest.approx(60 + 3 * by / 20, abs=0.1)
    assert all(earlier < later for earlier, later in pairwise(minute))
    assert machine.pass_(360)[-1] == machine.wall
    assert machine.trouble() is None


@pytest.mark.parametrize("by", [DAY, -DAY])
def test_a_jump_there_and_back_never_stops_nor_moves_system_clock(
    machine: Machine, by: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    machine.wall += by
    shown = machine.pass_(300)
    direction = "forward" if by > timedelta(0) else "back"
    assert machine.trouble() == (
        f"the system's time jumped {direction} by 1 day, 0:00:00; it is followed in 300 s"
    )
    machine.wall -= by
    shown += machine.pass_(900)

    assert shown[-1] == NOON + timedelta(seconds=1_200)
    assert {later - earlier for earlier, later in pairwise(shown)} == {timedelta(seconds=0.25)}
    assert machine.trouble() is None
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


def test_a_jump_forward_is_followed_when_it_has_stood_for_ten_minutes(machine: Machine) -> None:
    machine.wall += DAY
    assert machine.pass_(600)[-1] == NOON + timedelta(seconds=600)
    assert machine.pass_(1)[-1] == machine.wall
    assert machine.trouble() is None


@pytest.mark.parametrize("by", [DAY, -DAY])
def test_durations_are_right_whatever_the_clock_does(machine: Machine, by: timedelta) -> None:
    machine.wall += by
    before = machine.clock.elapsed()
    machine.pass_(700)
    assert machine.clock.trouble is None if by > timedelta(0) else machine.clock.trouble
    assert machine.clock.elapsed() - before == 700


async def test_moving_a_clock_lets_time_elapse() -> None:
    clock = AdjustableClock(HYPE, VirtualClock(NOON))
    before = clock.elapsed()
    clock.advance(HOUR)
    assert clock.elapsed() - before == pytest.approx(3_600)


def test_a_jump_that_moves_on_is_another_one(machine: Machine) -> None:
    machine.wall += DAY
    machine.pass_(500)
    machine.wall += DAY
    machine.pass_(500)

    assert machine.clock.now() < NOON + HOUR


def test_a_jump_back_that_stands_makes_system_clock_creep_until_it_is_overtaken(
    machine: Machine,
) -> None:
    machine.wall -= HOUR
    machine.pass_(601)
    minute = machine.pass_(60)

    assert minute[-1] - minute[0] == timedelta(seconds=59.75 / 2)
    assert "half the speed" in (machine.trouble() or "")
    assert machine.clock.excused == timedelta(0)
    machine.pass_(7_200)
    assert (machine.clock.now(), machine.trouble()) == (machine.wall, None)


def test_a_start_before_what_is_stored_goes_on_from_there_and_creeps_until_it_is_overtaken(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    clock = machine.clock
    clock.not_before(NOON - HOUR)  # it has passed
    assert (clock.now(), clock.excused) == (NOON, timedelta(0))
    clock.not_before(NOON + HOUR)
    shown = [clock.now(), *machine.pass_(60)]

    assert (shown[0], shown[-1]) == (NOON + HOUR, NOON + HOUR + timedelta(seconds=30))
    assert clock.excused == HOUR - timedelta(seconds=30)
    assert "1:00:00 behind what is stored" in caplog.text
    machine.pass_(7_200)
    assert (clock.now(), machine.trouble(), clock.excused) == (machine.wall, None, timedelta(0))
    assert "overtaken" in caplog.records[-1].message


def test_threads_that_read_system_clock_never_see_it_go_back() -> None:
    clock = SystemClock()

    def read(_: int) -> bool:
        shown = [clock.now() for _ in range(1_000)]
        return shown == sorted(shown)

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(read, range(4)))


# ---- AdjustableClock -------------------------------------------------------------------------


@pytest.fixture
def real() -> VirtualClock:
    """Return a stand-in for the system clock."""
    return VirtualClock(NOON)


async def finishes(task: asyncio.Task[None]) -> bool:
    """Return whether the task ends without more time passing."""
    for _ in range(20):
        await asyncio.sleep(0)
    return task.done()


async def test_adjustable_clock_starts_at_any_time_and_runs_in_real_time(
    real: VirtualClock,
) -> None:
    clock = AdjustableClock(HYPE, real)
    assert clock.now() == HYPE

    await real.advance(HOUR)

    assert clock.now() == HYPE + HOUR
    assert AdjustableClock(None, real).now() == real.now()


async def test_adjustable_clock_tells_how_far_it_is_ahead(real: VirtualClock) -> None:
    clock = AdjustableClock(real=real, ahead=-HOUR)
    assert clock.now() == real.now() - HOUR

    clock.advance(3 * HOUR)

    assert clock.ahead == 2 * HOUR
    assert clock.now() == real.now() + 2 * HOUR
    assert (real_clock_of(clock), real_clock_of(real)) == (real, real)


async def test_adjustable_clock_moves_forward_and_runs_from_there(real: VirtualClock) -> None:
    clock = AdjustableClock(HYPE, real)

    clock.advance(timedelta(days=30))
    clock.move_to(HYPE + timedelta(days=31))
    await real.advance(HOUR)

    assert clock.now() == HYPE + timedelta(days=31) + HOUR


def test_adjustable_clock_never_goes_backwards(real: VirtualClock) -> None:
    clock = AdjustableClock(HYPE, real)

    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-timedelta(microseconds=1))
    with pytest.raises(ValueError, match="backwards"):
        clock.move_to(HYPE - HOUR)
    clock.move_to(HYPE)

    assert clock.now() == HYPE


def test_naive_datetimes_are_refused_and_aware_ones_converted(
    real: VirtualClock,
) -> None:
    with pytest.raises(ValueError, match="time zone"):
        AdjustableClock(HYPE.replace(tzinfo=None), real)
    tokyo = HYPE.astimezone(timezone(timedelta(hours=9)))
    clock = AdjustableClock(tokyo, real)
    with pytest.raises(ValueError, match="time zone"):
        clock.move_to(HYPE.replace(tzinfo=None))

    assert clock.now() == HYPE
    assert clock.now().tzinfo is UTC


async def test_sleeper_wakes_when_real_time_reaches_the_instant(real: VirtualClock) -> None:
    clock = AdjustableClock(HYPE, real)
    sleeper = asyncio.create_task(clock.sleep(60))

    await real.advance(timedelta(seconds=59))
    assert not sleeper.done()
    await real.advance(timedelta(seconds=1))

    assert await finishes(sleeper)


async def test_sleeper_wakes_when_the_clock_is_moved_there(real: VirtualClock) -> None:
    clock = AdjustableClock(HYPE, real)
    sleeper = asyncio.create_task(clock.sleep(60))
    assert not await finishes(sleeper)

    clock.advance(timedelta(seconds=59))
    assert not await finishes(sleeper)
    clock.advance(timedelta(seconds=1))

    assert await finishes(sleeper)


async def test_sleep_is_shortened_by_moves_and_ended_by_real_time(real: VirtualClock) -> None:
    clock = AdjustableClock(HYPE, real)
    sleeper = asyncio.create_task(clock.sleep(60))
    assert not await finishes(sleeper)

    clock.advance(timedelta(seconds=50))
    await real.advance(timedelta(seconds=9))
    assert not await finishes(sleeper)
    await real.advance(timedelta(seconds=1))

    assert await finishes(sleeper)


async def test_move_wakes_only_those_whose_instant_has_come(real: VirtualClock) -> None:
    clock = AdjustableClock(HYPE, real)
    sleepers = [asyncio.create_task(clock.sleep(seconds)) for seconds in (1, 10, 100)]
    assert not await finishes(sleepers[0])

    clock.advance(timedelta(seconds=10))

    assert [await finishes(sleeper) for sleeper in sleepers] == [True, True, False]
    sleepers[2].cancel()


async def test_sleep_of_0_seconds_lets_other_tasks_run(real: VirtualClock) -> None:
    clock = AdjustableClock(HYPE, real)
    ran: list[str] = []

    async def other() -> None:
        ran.append("other")

    task = asyncio.create_task(other())
    await clock.sleep(0)
    await clock.sleep(-1)

    assert ran == ["other"]
    await task


async def test_sleeper_that_is_cancelled_leaves_nothing_behind(real: VirtualClock) -> None:
    clock = AdjustableClock(HYPE, real)
    before = asyncio.all_tasks()
    sleeper = asyncio.create_task(clock.sleep(60))
    assert not await finishes(sleeper)

    sleeper.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeper
    await asyncio.sleep(0)

    assert asyncio.all_tasks() == before


async def test_adjustable_clock_uses_the_system_clock_by_default() -> None:
    before = datetime.now(UTC)
    clock = AdjustableClock()

    await clock.sleep(0.001)

    assert clock.now() >= before + timedelta(milliseconds=1)
