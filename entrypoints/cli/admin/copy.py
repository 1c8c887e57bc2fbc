"""`solebook admin copy`: copy an exchange to another database."""

import argparse

from ....ports.language.text import counted
from ..bars import progress_bars
from ..configured import require_exchange, settings_of
from .action import Actions
from .verify import verify_application

_DESCRIPTION = """\
Copies the whole database of a stopped exchange to another database, such as from SQLite to
PostgreSQL. Before it commits, it compares the number of rows and a checksum of each table. Then it
rebuilds the search index, and verifies the copy as `solebook admin verify` does. The source stays
as it is.

The target must be an empty database, migrated to this version. Either everything is copied or
nothing: the copy is one transaction of the target. Stop the exchange first; it cannot be started
while it is copied. Keep the folder: it has the signing key and the embedded payment provider's
records, which are not in the database.
"""
_EPILOG = """\
example:
  SOLEBOOK_STORE__URL=postgresql://solebook@db/solebook solebook migrate
  solebook admin copy --to postgresql://solebook@db/solebook
  no errors in 4210 orders, 9344 quotes and 21877 transfers
  118034 rows in 44 tables were copied; set store.url to the new database to use it
"""


def add_to(actions: Actions, common: argparse.ArgumentParser) -> None:
    """Add the action to `solebook admin`."""
    parser = actions.add_parser(
        "copy",
        parents=[common],
        help="copy a stopped exchange to another database",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--to", required=True, metavar="URL", help="the empty, migrated database to copy to"
    )
    parser.set_defaults(run=copy)


async def copy(options: argparse.Namespace) -> int:
    """Copy the configured exchange. The exit code is 1 if the copy has an error."""
    from ....composition.container import open_application
    from ....composition.copying import copy_to, settings_for

    settings = settings_of(options)
    require_exchange(settings)
    with progress_bars() as bars:
        rows = await copy_to(settings, options.to, bars.show)
    async with open_application(settings_for(settings, options.to), migrate=False) as app:
        await app.search.reindex_products(lambda _: None)
        code = await verify_application(app)
    print(
        f"{counted(sum(rows.values()), 'row')} in {counted(len(rows), 'table')} were copied; set "
        "store.url to the new database to use it"
    )
    return code
