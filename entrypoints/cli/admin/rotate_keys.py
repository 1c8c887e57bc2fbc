"""`solebook admin rotate-keys`: seal personal data under the current key."""

import argparse
import json

from ....ports.language.text import counted
from ..bars import progress_bars
from ..configured import require_exchange, settings_of
from .action import Actions

_DESCRIPTION = """\
Seals all personal data in the database under encryption.current: what is sealed under another key
of encryption.keys, and what is not sealed yet. So it also turns encryption on for an exchange that
had none. Without encryption.current it opens everything, which is the way back.

The exchange may be running, on the same settings. Rows are changed in small transactions, with
pauses between them. It may be interrupted, and continues when it is run again. At the end it says
which keys can be removed from encryption.keys. On PostgreSQL it names processes that still have
another current key, and then none can be removed.
"""
_EPILOG = """\
example:
  solebook admin rotate-keys
  sealed 182733 values under the key '2026-12'
  nothing is sealed under '2026-11' any more: remove it from encryption.keys
"""


def add_to(actions: Actions, common: argparse.ArgumentParser) -> None:
    """Add the action to `solebook admin`."""
    parser = actions.add_parser(
        "rotate-keys",
        parents=[common],
        help="seal personal data under the current key",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(run=rotate_keys)


async def rotate_keys(options: argparse.Namespace) -> int:
    """Seal everything anew. The exit code is 1 if a process still stores under another key."""
    from ....composition.sealing import reseal_store

    settings = settings_of(options)
    require_exchange(settings)
    with progress_bars() as bars:
        done = await reseal_store(settings, bars.show)
    if options.json:
        told = {
            "values": done.values,
            "removable": done.removable,
            "complete": done.is_complete,
            "elsewhere": done.elsewhere,
        }
        print(json.dumps(told))
        return 0 if done.is_complete else 1
    current = settings.encryption.current
    how = "opened" if current is None else "sealed"
    under = "" if current is None else f" under the key {current!r}"
    print(f"{how} {counted(done.values, 'value')}{under}")
    if done.elsewhere:
        print(
            f"another key is current in {'; '.join(done.elsewhere)}. Give all processes the same "
            "encryption.current, and run this again: until then, keep all keys"
        )
        return 1
    if not done.is_complete:
        print(
            "some values are left: a running process stores under another key, or has locked them. "
            "Give all processes the same encryption.current, and run this again"
        )
        return 1
    for key in done.removable:
        print(f"nothing is sealed under {key!r} any more: remove it from encryption.keys")
    return 0
