"""localstripe, a double of Stripe that others wrote, from its wheel."""

import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from .child_server import ChildServer
from .valkey_server import free_port

_SERVE = """\
import sys
from aiohttp import web
from localstripe.server import app
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]))
"""
"""Its own command would listen on all addresses, and begin with what an earlier one had."""


class LocalStripeServer(ChildServer):
    """Stripe's API without transfers, connected accounts and idempotency keys.

    It writes all that it has to `/tmp/localstripe.pickle`, whatever the folder is, and reads
    nothing of it.
    """

    name = "localstripe"

    def __init__(self, folder: Path, settings: str = "") -> None:
        super().__init__(folder, settings)
        self.port = 0  # a free one from the first start on

    @classmethod
    def is_installed(cls) -> bool:
        return find_spec("localstripe") is not None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command_line(self) -> Sequence[str]:
        self.port = self.port or free_port()
        return (sys.executable, "-c", _SERVE, str(self.port))

    def is_ready(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False
