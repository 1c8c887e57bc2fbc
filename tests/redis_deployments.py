"""Several Valkey servers that replace each other."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from .redis_connections import PATIENCE
from .valkey_server import ValkeyServer, running_valkey

_COMMON = """\
repl-diskless-sync-delay 0
user copier on >copier ~* &* +@all
masteruser copier
masterauth copier
"""
_SENTINEL = """\
sentinel monitor main 127.0.0.1 {port} 2
sentinel auth-user main copier
sentinel auth-pass main copier
sentinel down-after-milliseconds main 500
sentinel failover-timeout main 2000
"""


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until servers are so."""
    give_up_at = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


@dataclass(frozen=True)
class Watched:
    """A primary and a replica, which three Sentinels watch."""

    servers: tuple[ValkeyServer, ValkeyServer]
    sentinels: tuple[ValkeyServer, ...]

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{hosts}/main"

    @property
    def primary(self) -> ValkeyServer:
        """The server that the first Sentinel names."""
        named = self.sentinels[0].command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main")
        [server] = [one for one in self.servers if f"\r\n{one.port}\r\n" in named]
        return server

    @property
    def replica(self) -> ValkeyServer:
        primary = self.primary
        [server] = [one for one in self.servers if one is not primary]
        return server

    def cut_replica_off(self) -> None:
        """Let whatever is written from now on be lost with the primary."""
        self.primary.command("ACL", "SETUSER", "copier", "off")
        self.primary.command("CLIENT", "KILL", "TYPE", "replica")

    def is_copied(self) -> bool:
        """Whether there is a primary with a replica that has all that it has."""
        primary, replica = self.primary, self.replica
        return "master\r\n" in primary.command("ROLE") and "\r\nconnected\r\n" in replica.command(
            "ROLE"
        )


@contextmanager
def copies_of(primary: ValkeyServer, settings: str = "") -> Iterator[ValkeyServer]:
    """Run a replica, which has all that the primary has."""
    replicated = f"repl-diskless-sync-delay 0\nreplicaof 127.0.0.1 {primary.port}\n"
    with running_valkey(replicated + settings) as replica:
        wait_until(lambda: "\r\nconnected\r\n" in replica.command("ROLE"))
        yield replica


@contextmanager
def watched_by_sentinels() -> Iterator[Watched]:
    """Run a primary, a replica and three Sentinels."""
    with ExitStack() as stack:
        primary = stack.enter_context(running_valkey(_COMMON))
        replica = stack.enter_context(copies_of(primary, _COMMON))
        settings = _SENTINEL.format(port=primary.port)
        sentinels = [stack.enter_context(running_valkey(settings)) for _ in range(3)]
        watched = Watched((primary, replica), tuple(sentinels))
        wait_until(lambda: all(map(_knows_all, sentinels)))
        yield watched


def _knows_all(sentinel: ValkeyServer) -> bool:
    state = sentinel.command("SENTINEL", "MASTER", "main")
    return "num-slaves\r\n$1\r\n1" in state and "num-other-sentinels\r\n$1\r\n2" in state
