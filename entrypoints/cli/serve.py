"""`solebook serve`: run the whole exchange in one process."""

import argparse
import asyncio
import logging
import os
from typing import Any

from ...composition.application import Application
from ...ports.language.paging import PageRequest
from ...ports.language.users import OPERATOR

_log = logging.getLogger("solebook.serve")

_DESCRIPTION = """\
Runs the whole exchange in one process: the HTTP API, the matching engine and the workers. Without
settings it stores everything in ./solebook-data (SQLite, synced to disk) and takes payments with
an embedded provider, which has test cards and moves no real money. Stop it with Ctrl-C. Everything
that it has acknowledged is on disk.
"""


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "serve", parents=[common], help="run an exchange", description=_DESCRIPTION
    )
    parser.add_argument("--host", help="where to listen (127.0.0.1)")
    parser.add_argument("--port", type=int, help="the port to listen on (8000); 0 picks a free one")
    parser.set_defaults(run=serve)


async def serve(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    # Imported here, so that `solebook --help` is fast and works without these packages.
    from ...composition.container import open_application
    from ...composition.engine import engine_of
    from ...composition.exclusive import exclusive
    from ...config.load import load_settings
    from ...config.settings import ServerSettings
    from ..garbage import collect_rarely, spare_what_loads
    from ..http.app import create_app
    from ..http.server import running_server, stop_signal
    from ..worker.workers import Workers

    settings = load_settings(options.config, os.environ)
    server = ServerSettings(
        host=options.host or settings.server.host,
        port=settings.server.port if options.port is None else options.port,
    )
    with exclusive(settings):
        async with open_application(settings) as application, Workers(application).running():
            await report_doubled_products(application)
            app = create_app(application, settings.http, settings.stream)
            async with running_server(app, server.host, server.port) as url:
                stop = stop_signal()
                collect_rarely()
                sparing = asyncio.create_task(spare_what_loads(engine_of(application).loaded))
                forgets = settings.store.adapter == "memory"
                kept = "nothing is kept" if forgets else f"everything is kept in {settings.folder}"
                print(f"solebook serves {url}  (the API: {url}/schema)")
                print(f"{kept}; Ctrl-C stops", flush=True)
                await stop.wait()
                sparing.cancel()
    return 0


async def report_doubled_products(application: Application) -> None:
    """Log a warning if older versions left duplicate products."""
    page = await application.catalog.list_doubled_products(OPERATOR, PageRequest(limit=1))
    if page.items:
        _log.warning("there are duplicate products; `solebook admin style-codes` lists them")
