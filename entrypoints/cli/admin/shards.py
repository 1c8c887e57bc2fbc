"""`solebook admin reshard`: divide the books into another number of shards."""

import argparse

from ....ports.language.text import counted
from ....ports.language.users import OPERATOR
from ..configured import settings_of
from ..opened import opened_application
from .action import Actions

_DESCRIPTION = """\
Divides the books of an exchange into N shards, each with a matching engine of its own. The
processes with the role `matching` share them: with 4 shards and 2 processes, each has 2. An
exchange has one shard, unless this changes it. More than one needs NATS (nats.url), over which the
engines are reached.

It is refused while an engine runs. Stop all processes first: one that was started before finds no
engine any more, and must be started again. Bids, asks and orders stay as they are.
"""
_EPILOG = """\
examples:
  solebook admin reshard 4 --reason "two machines match from now on"
  the books were in 1 shard and are in 4 shards now; start the processes
"""


def add_to(actions: Actions, common: argparse.ArgumentParser) -> None:
    """Add the action to `solebook admin`."""
    parser = actions.add_parser(
        "reshard",
        parents=[common],
        help="divide the books into another number of shards",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shards", type=int, metavar="N", help="the number of shards from now on")
    parser.add_argument(
        "--reason", required=True, metavar="TEXT", help="the reason, for the audit log"
    )
    parser.set_defaults(run=reshard)


async def reshard(options: argparse.Namespace) -> int:
    """Change the number of shards."""
    from contextlib import nullcontext

    from ....composition.engine import reshard_of
    from ....composition.exclusive import exclusive
    from ....composition.network import require_network
    from ....composition.without_engine import run_without_engine

    settings = settings_of(options)
    require_network(settings, options.shards)
    with nullcontext() if settings.is_shared else exclusive(settings):
        async with opened_application(options) as app:

            async def divide() -> int:
                return await reshard_of(app)(OPERATOR, options.shards, reason=options.reason)

            before = await (run_without_engine(app, divide) if settings.is_shared else divide())
    was, now = counted(before, "shard"), counted(options.shards, "shard")
    print(f"the books were in {was} and are in {now} now; start the processes")
    return 0
