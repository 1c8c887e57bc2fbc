"""A Valkey server for tests, which speaks the protocol of Redis."""

from functools import partial

from servers.valkey_server import RedisServer, ValkeyServer, free_port

from .missing_server import require, running

__all__ = [
    "RedisServer",
    "ValkeyServer",
    "free_port",
    "require_valkey",
    "running_redis",
    "running_valkey",
]

require_valkey = partial(require, ValkeyServer)
running_valkey = partial(running, ValkeyServer)
running_redis = partial(running, RedisServer)
