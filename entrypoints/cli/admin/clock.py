"""`solebook admin clock`: the clock that all processes of a demo share."""

import argparse
import re
from datetime import UTC, datetime, timedelta

from ....core.operations.view_clock import ClockView
from ....ports.language.users import OPERATOR
from ..configured import settings_of
from ..opened import opened_application
from .action import Actions

_DESCRIPTION = """\
Shows the exchange's clock, and starts or moves that of a demo.

An exchange runs on real time, unless `start` gives it another time while its database is still new:
before anybody has registered, and before a process has run. From then on its processes all have
that time, which goes on at normal speed. `move` moves it forward, never back, to an instant or by
days, hours or minutes. It returns when every process has followed; one that was killed is waited
for once, for 5 seconds. Leases, claims and time limits keep real time.

In production mode all of it is refused, and a process does not start on the database of a demo.
"""
_EPILOG = """\
examples:
  solebook admin clock start 2017-10-03T09:00Z
  the exchange's clock is started: it is 2017-10-03 09:00:00 UTC

  solebook admin clock move +14d
  it is 2017-10-17 09:02:11 UTC

  solebook admin clock
  it is 2017-10-17 09:02:40 UTC, 3331 days behind real time
  shop-1/4711/9c1f0c54d2a1b0e3 has this time
"""
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_STEP = re.compile(r"\+([0-9]{1,6})([dhm])")


def add_to(actions: Actions, common: argparse.ArgumentParser) -> None:
    """Add the action to `solebook admin`."""
    parser = actions.add_parser(
        "clock",
        parents=[common],
        help="show, start or move the clock of a demo",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("act", nargs="?", choices=("show", "start", "move"), default="show")
    parser.add_argument(
        "when",
        nargs="?",
        type=an_instant_or_step,
        metavar="WHEN",
        help="an instant with its time zone, such as 2017-10-03T09:00Z; for move also a step: "
        "+14d, +36h or +30m",
    )
    parser.add_argument("--reason", metavar="TEXT", help="the reason, for the audit log")
    parser.set_defaults(run=clock)


def an_instant_or_step(text: str) -> datetime | timedelta:
    """Return an aware instant, or a step forward. Raises ArgumentTypeError, which argparse prints.

    >>> an_instant_or_step("+36h")
    datetime.timedelta(days=1, seconds=43200)
    """
    step = _STEP.fullmatch(text)
    if step is not None:
        return timedelta(**{_UNITS[step[2]]: int(step[1])})
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = datetime.min  # noqa: DTZ901  # naive, so it is refused
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no instant with a time zone, such as 2017-10-03T09:00Z, "
            "and no step such as +14d"
        )
    return instant.astimezone(UTC)


async def clock(options: argparse.Namespace) -> int:
    """Show, start or move the exchange's clock."""
    match options.act, options.when:
        case "show", None:
            await _show(options)
        case "start", datetime():
            await _start(options)
        case "move", datetime() | timedelta():
            await _move(options)
        case act, _:
            needs = {"show": "nothing", "start": "an instant", "move": "an instant or a step"}
            raise ValueError(f"`solebook admin clock {act}` needs {needs[act]} after it")
    return 0


async def _show(options: argparse.Namespace) -> None:
    from ....composition.exchange_clock import view_clock_of

    async with opened_application(options) as app:
        print("\n".join(_lines(await view_clock_of(app)())))


async def _start(options: argparse.Namespace) -> None:
    from ....composition.exchange_clock import movable_clock, start_clock_of

    starting = movable_clock(options.when)
    async with opened_application(options, may_be_new=True, clock=starting) as app:
        now = await start_clock_of(app, settings_of(options))(OPERATOR, reason=options.reason)
    print(f"the exchange's clock is started: it is {_shown(now)}")


async def _move(options: argparse.Namespace) -> None:
    from ....composition.exchange_clock import move_clock_of

    async with opened_application(options) as app:
        now = await move_clock_of(app)(OPERATOR, options.when, reason=options.reason)
    print(f"it is {_shown(now)}")


def _lines(view: ClockView) -> list[str]:
    now = f"it is {_shown(view.now)}"
    if view.ahead is None:
        return [f"{now}, real time; nothing has run yet, so the clock can still be started"]
    if not view.ahead:
        return [f"{now}, real time"]
    side = "ahead of" if view.ahead > timedelta(0) else "behind"
    lines = [f"{now}, {abs(view.ahead).days} days {side} real time"]
    for each in view.followers:
        has = "has this time" if each.offset == view.ahead else "has not followed yet"
        lines.append(f"{each.process} {has}")
    return lines


def _shown(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"
