"""`solebook admin backup` and `solebook admin restore`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ....ports.language.text import counted
from ..bars import progress_bars
from ..configured import require_exchange, settings_of
from .action import Actions
from .verify import verify_application

if TYPE_CHECKING:
    from ....config.settings import Settings

_BACKUP = """\
Backs up the exchange into a new folder, whether it is running or not: the database, the books of
the embedded payment provider, and the keys that were generated in the data folder. Each file is
consistent and checked, and the folder is there only if it is complete. Of PostgreSQL it takes a
dump, for which pg_dump must be installed.

Keep it where nobody else can read it: it has personal data and keys. What it does not have is in
other servers, and can be made again from it, except settings and secrets of your own. The
documentation lists what else to back up (docs/how-to/back-up-and-restore.md).
"""
_RESTORE = """\
Restores a backup to where the settings say that the exchange is: an empty folder, or an empty
database in PostgreSQL, for which pg_restore must be installed. It compares the checksums of all
files first, migrates the database to this version, ends all sessions, and verifies everything as
`solebook admin verify` does. The exit code is 1 if that finds an error.

What was ended after the backup is not ended in it: revoke API keys and close accounts again.
"""
_BACKUP_EXAMPLE = """\
example:
  solebook admin backup backups/2026-11-29
  5 files were backed up to backups/2026-11-29
"""
_RESTORE_EXAMPLE = """\
example:
  solebook admin restore backups/2026-11-29
  no errors in 4210 orders, 9344 quotes and 21877 transfers
  everybody has to sign in again; API keys that were revoked and accounts that were closed since ...
  the backup of 2026-11-29T21:05:11+00:00 was restored; start the exchange
"""


def add_to(actions: Actions, common: argparse.ArgumentParser) -> None:
    """Add both actions to `solebook admin`."""
    for name, run, summary, about, example, folder in (
        (
            "backup",
            backup,
            "back up the exchange, running or not",
            _BACKUP,
            _BACKUP_EXAMPLE,
            "a new folder for the backup",
        ),
        (
            "restore",
            restore,
            "restore a backup, and verify it",
            _RESTORE,
            _RESTORE_EXAMPLE,
            "the folder of a backup",
        ),
    ):
        parser = actions.add_parser(
            name,
            parents=[common],
            help=summary,
            description=about,
            epilog=example,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.add_argument("folder", type=Path, metavar="FOLDER", help=folder)
        parser.set_defaults(run=run)


async def backup(options: argparse.Namespace) -> int:
    """Back up the configured exchange."""
    from ....composition.backup import back_up

    settings = settings_of(options)
    require_exchange(settings)
    with progress_bars() as bars:
        files = await back_up(settings, options.folder, bars.show)
    print(f"{counted(len(files), 'file')} were backed up to {options.folder}")
    return 0


async def restore(options: argparse.Namespace) -> int:
    """Restore a backup, and verify the exchange. The exit code is 1 if it has an error."""
    from ....composition import backup
    from ....composition.container import open_application

    settings = settings_of(options)
    with progress_bars() as bars:
        kept = await backup.restore(settings, options.folder, bars.show)
    async with open_application(settings, migrate=False) as app:
        if settings.typesense.is_used == "typesense":
            await app.search.reindex_products(lambda _: None)
        await backup.end_all_sessions_of(app, settings)()
        code = await verify_application(app)
    print(
        "everybody has to sign in again; API keys that were revoked and accounts that were closed "
        f"since {kept.made_at} are as they were"
    )
    for line in _what_else(settings):
        print(line)
    print(f"the backup of {kept.made_at} was restored; start the exchange")
    return code


def _what_else(settings: "Settings") -> list[str]:
    """Return what is to be done about copies of what was lost since the backup."""
    told = {
        "Redis may have books and limits of later: empty it, or use another redis.prefix": (
            settings.redis.is_used == "redis"
        ),
        "InfluxDB may have sales of later: name a new influx.database, and run `solebook admin "
        "redraw-charts`": settings.influx.url is not None,
        "the broker may have messages of later: delete its streams, and run `solebook migrate`": (
            bool(settings.nats.servers)
        ),
        "the provider has moved money since: its movements are read and compared once the exchange "
        "runs, and what nobody knows of is listed": settings.payments.adapter != "embedded",
    }
    return [line for line, is_so in told.items() if is_so]
