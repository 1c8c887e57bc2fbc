"""`solebook serve`: run an exchange, or some roles of it with HTTP."""

import argparse
import asyncio
import logging
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from ...composition.application import Application
from ...ports.language.paging import PageRequest
from ...ports.language.process_roles import ALL_ROLES, ProcessRole
from ...ports.language.users import OPERATOR
from .configured import settings_of
from .roles import WHAT_ROLES_ARE_FOR, check_roles, some_roles

if TYPE_CHECKING:
    from ...config.settings import Settings

_log = logging.getLogger("solebook.serve")

_DESCRIPTION = """\
Runs an exchange: the HTTP API, the matching engine and everything behind them. Without settings it
runs in one process, stores everything in ./solebook-data (SQLite, synced to disk) and takes
payments with an embedded provider, which has test cards and moves no real money. Everything that it
has acknowledged is on disk. Ctrl-C or SIGTERM stops it: it finishes what is under way first.

On PostgreSQL several processes run one exchange. Each serves all roles, or those that you name.
"""
_EPILOG = f"""\
{WHAT_ROLES_ARE_FOR}
examples:
  solebook serve
  solebook serve --roles http,matching,relay     (and `solebook worker` for the others)
"""


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "serve",
        parents=[common],
        help="run an exchange",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", help="where to listen (127.0.0.1)")
    parser.add_argument("--port", type=int, help="the port to listen on (8000); 0 picks a free one")
    parser.add_argument(
        "--metrics-port",
        type=int,
        metavar="PORT",
        help="serve /metrics here, and not to the public (metrics.port)",
    )
    parser.add_argument(
        "--roles", type=some_roles, default=ALL_ROLES, metavar="ROLE[,ROLE]", help="see below (all)"
    )
    parser.set_defaults(run=serve)


async def serve(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    # Imported here, so that `solebook --help` is fast and works without these packages.
    import msgspec

    from ...composition.certificates import certificate_of_server
    from ..descriptors import raise_descriptors
    from ..garbage import collect_rarely
    from ..http.app import create_app
    from ..http.connections import connection_limits
    from ..http.encrypted import encryption_with
    from ..http.openapi.document import describe_in_time
    from ..http.server import reserved_address, serving
    from ..logs import log_as_set
    from ..signals import stop_signal
    from .running import running_roles, spare_loaded_books
    from .watching import serving_operators, watched_at

    if ProcessRole.HTTP not in options.roles:
        raise ValueError("`solebook serve` has the role http; without it, use `solebook worker`")
    settings = watched_at(settings_of(options), None, options.metrics_port)
    check_roles(settings, options.roles)
    log_as_set(settings, options.roles, verbose=options.verbose)
    if ProcessRole.MATCHING not in options.roles and not settings.nats.servers:
        _log.warning(
            "this process refuses bids and asks: it has no role `matching`, and without nats.url "
            "it cannot reach the process that has it"
        )
    server = msgspec.structs.replace(
        settings.server,
        host=options.host or settings.server.host,
        port=settings.server.port if options.port is None else options.port,
    )
    limits = connection_limits(settings.http, raise_descriptors())
    # First the address: a second process on a port that is taken must not ask for any lease.
    with reserved_address(server.host, server.port) as address:
        port = address.getsockname()[1]  # links in letters lead there
        server = msgspec.structs.replace(server, port=port)
        settings = msgspec.structs.replace(settings, server=server)
        async with (
            certificate_of_server(server) as certificate,
            running_roles(settings, options.roles) as application,
        ):
            await report_doubled_products(application)
            app = create_app(application, settings.http, settings.stream, settings.log)
            async with AsyncExitStack() as stack:
                watched = ""
                if settings.metrics.port is not None:
                    here = serving_operators(application, settings, certificate)
                    watched = f"{await stack.enter_async_context(here)}/metrics"
                encryption = encryption_with(certificate, server.hsts)
                serves = serving(app, address, limits=limits, encryption=encryption)
                url = await stack.enter_async_context(serves)
                stop = stop_signal()
                collect_rarely()
                beside = [
                    asyncio.create_task(spare_loaded_books(application)),
                    asyncio.create_task(describe_in_time(app)),
                ]
                print(f"solebook serves {url}  (the API: {url}/schema)")
                if watched:
                    print(f"operators read {watched}")
                print(f"{_kept(settings)}; Ctrl-C stops", flush=True)
                await stop.wait()
                for task in beside:
                    task.cancel()
    return 0


def _kept(settings: "Settings") -> str:
    from ...composition.from_settings import outgoing_folder
    from ...composition.migrations import without_secrets

    if settings.store.kind == "memory":
        return "nothing is kept"
    place = without_secrets(settings.store_url) if settings.is_shared else settings.folder
    letters = ""
    if settings.mail_adapter == "eml":
        letters = f", and letters to users in {outgoing_folder(settings) / 'mail'}"
    return f"everything is kept in {place}{letters}"


async def report_doubled_products(application: Application) -> None:
    """Log a warning if older versions left duplicate products."""
    page = await application.catalog.list_doubled_products(OPERATOR, PageRequest(limit=1))
    if page.items:
        _log.warning("there are duplicate products; `solebook admin style-codes` lists them")
