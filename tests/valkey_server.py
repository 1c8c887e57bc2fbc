"""A Valkey server for tests, which speaks the protocol of Redis."""

from functools import partial

from servers.valkey_server import ValkeyServer

from .missing_server import require, running

__all__ = ["ValkeyServer", "require_valkey", "running_valkey"]

require_valkey = partial(require, ValkeyServer)
running_valkey = partial(running, ValkeyServer)
