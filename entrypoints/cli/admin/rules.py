"""`solebook admin apply-rules`: apply new rules to the standing bids and asks."""

import argparse
from contextlib import nullcontext
from functools import partial

from ....core.bidding.rules_change import RulesChange
from ....ports.language.text import counted
from ....ports.language.users import OPERATOR
from ..configured import settings_of
from ..opened import opened_application
from .action import Actions

_DESCRIPTION = """\
Withdraws all standing bids and asks that violate the rules in the settings, notifies their owners,
and adopts the rules, so that the exchange can start with them. Owners whose fees or shipping rise
are notified too. It runs the matching engine itself, so stop the exchange first. The letters are
sent when the exchange runs again. The currency can change only while the exchange has no products,
offers and money. --dry-run changes nothing, and works beside a running exchange.
"""
_EPILOG = """\
examples:
  solebook admin apply-rules --dry-run
  min_amount: 2500 -> 10000
  2 bids and 5 asks of 4 users are outside the rules
  no users are told of higher costs
  nothing was changed

  solebook admin apply-rules --reason "no trades below $100 from March on"
  min_amount: 2500 -> 10000
  2 bids and 5 asks of 4 users are outside the rules
  no users are told of higher costs
  the exchange starts with these rules now
"""
_NOTHING_NEW = "the exchange last ran with these rules; there is nothing to apply"


def add_to(actions: Actions, common: argparse.ArgumentParser) -> None:
    """Add the action to `solebook admin`."""
    parser = actions.add_parser(
        "apply-rules",
        parents=[common],
        help="apply new rules and withdraw quotes that violate them",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--dry-run", action="store_true", help="only show what would change")
    how.add_argument("--reason", metavar="TEXT", help="the reason, for the audit log")
    parser.set_defaults(run=apply_rules)


async def apply_rules(options: argparse.Namespace) -> int:
    """Apply the rules, or show what would change."""
    from ....composition.engine import apply_rules_of
    from ....composition.exclusive import exclusive
    from ....composition.without_engine import run_without_engine

    settings = settings_of(options)
    locks = not options.dry_run and not settings.is_shared
    with exclusive(settings) if locks else nullcontext():
        async with opened_application(options) as app:
            if options.dry_run:
                await app.bidding.change_currency.check()
                change = await app.bidding.compare_rules()
            elif settings.is_shared:
                apply = partial(apply_rules_of(app), OPERATOR, reason=options.reason)
                change = await run_without_engine(app, apply)
            else:
                change = await apply_rules_of(app)(OPERATOR, reason=options.reason)
    done = "nothing was changed" if options.dry_run else "the exchange starts with these rules now"
    print("\n".join([*_told(change), done]) if not change.is_none else _NOTHING_NEW)
    return 0


def _told(change: RulesChange) -> list[str]:
    lines = [f"{name}: {old} -> {new}" for name, (old, new) in change.differences.items()]
    if change.before is None:
        lines.append("the rules of the exchange's last run are not known")
    bids, asks = counted(change.outside.bids, "bid"), counted(change.outside.asks, "ask")
    owners = counted(change.outside.owners, "user")
    dearer = counted(len(change.dearer), "user")
    lines.append(f"{bids} and {asks} of {owners} are outside the rules")
    lines.append(f"{dearer} {'is' if len(change.dearer) == 1 else 'are'} told of higher costs")
    return lines
