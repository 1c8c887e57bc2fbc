"""`solebook worker`: run some roles of an exchange in a process without HTTP."""

import argparse
import asyncio
from contextlib import AsyncExitStack
from typing import Any

from .configured import settings_of
from .roles import WHAT_ROLES_OF_WORKERS_ARE_FOR, check_roles, role_of_a_worker

_DESCRIPTION = """\
Runs some roles of an exchange whose store is PostgreSQL. Start as many workers as you like, on
several machines, beside `solebook serve`. It stops with Ctrl-C or SIGTERM: it finishes what is
under way and lets others take over.
"""
_EPILOG = f"""\
{WHAT_ROLES_OF_WORKERS_ARE_FOR}
examples:
  solebook worker trade letters
  solebook worker matching --health-port 8001    (http://127.0.0.1:8001/health/ready)
"""


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "worker",
        parents=[common],
        help="run some roles of an exchange, without HTTP",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("roles", nargs="+", type=role_of_a_worker, metavar="ROLE", help="see below")
    parser.add_argument(
        "--health-port",
        type=int,
        metavar="PORT",
        help="serve /health/live, /health/ready and /metrics here (metrics.port)",
    )
    parser.add_argument("--health-host", metavar="HOST", help="where (metrics.host, 127.0.0.1)")
    parser.set_defaults(run=work)


async def work(options: argparse.Namespace) -> int:
    """Work until Ctrl-C or SIGTERM."""
    # Imported here, so that `solebook --help` is fast and works without these packages.
    from ...composition.certificates import certificate_of_server
    from ...ports.language.process_roles import ProcessRole
    from ..garbage import collect_rarely
    from ..logs import log_as_set
    from ..services.serving import is_served
    from ..signals import stop_signal
    from .running import running_roles, spare_loaded_books
    from .watching import serving_operators, watched_at

    roles = frozenset(options.roles)
    settings = watched_at(settings_of(options), options.health_host, options.health_port)
    check_roles(settings, roles)
    log_as_set(settings, roles, verbose=options.verbose)
    if ProcessRole.SERVICES in roles and not is_served(settings):
        raise ValueError("the role services needs a network: set nats.url or services.grpc_port")
    async with AsyncExitStack() as stack:
        stop = stop_signal()
        certificate = None
        if settings.metrics.port is not None and settings.metrics.tls:
            encrypting = certificate_of_server(settings.server)
            certificate = await stack.enter_async_context(encrypting)
        application = await stack.enter_async_context(running_roles(settings, roles))
        where = ""
        if settings.metrics.port is not None:
            here = serving_operators(application, settings, certificate)
            url = await stack.enter_async_context(here)
            where = f" ({url}/health/ready)"
        collect_rarely()
        sparing = asyncio.create_task(spare_loaded_books(application))
        print(f"solebook works as {', '.join(sorted(roles))}{where}; Ctrl-C stops", flush=True)
        await stop.wait()
        sparing.cancel()
    return 0
