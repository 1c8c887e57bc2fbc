"""Several Valkey servers that replace each other."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .redis_connections import PATIENCE
from .valkey_server import ValkeyServer, running_valkey

if TYPE_CHECKING:
    from redis import Redis

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


_NODE = """\
cluster-enabled yes
cluster-node-timeout 1000
repl-diskless-sync-delay 0
"""
_SLOTS = ((0, 5460), (5461, 10922), (10923, 16383))


@dataclass(frozen=True)
class Clustered:
    """A cluster of three primaries, each with a replica."""

    nodes: tuple[ValkeyServer, ...]

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"redis+cluster://{hosts}"

    @property
    def primaries(self) -> list[ValkeyServer]:
        return [node for node in self.nodes if "master\r\n" in node.command("ROLE")]

    def is_whole(self) -> bool:
        """Whether all nodes run and know three primaries with a replica each."""
        return all(map(_knows_replicas, self.nodes)) and len(self.primaries) == 3

    def shard_of(self, key: str, asked: ValkeyServer | None = None) -> list[ValkeyServer]:
        """Return the primary that has a key and its replicas, as a node knows it."""
        slot = _slot_of(asked or self.nodes[0], key)
        for first, last, *nodes in _slots_of(asked or self.nodes[0]):
            if first <= slot <= last:
                return [self._on(port) for _, port, *_ in nodes]
        raise LookupError(f"nobody has slot {slot}")

    def _on(self, port: int) -> ValkeyServer:
        [node] = [node for node in self.nodes if node.port == port]
        return node

    @contextmanager
    def moving(self, key: str, to: ValkeyServer) -> Iterator[None]:
        """Begin to move the slot of a key to another primary, and end it after the block."""
        slot, source = _slot_of(to, key), self.shard_of(key)[0]
        source_id, target_id = _id_of(source), _id_of(to)
        to.command("CLUSTER", "SETSLOT", str(slot), "IMPORTING", source_id)
        source.command("CLUSTER", "SETSLOT", str(slot), "MIGRATING", target_id)
        try:
            yield
        finally:
            for node in (to, source):
                node.command("CLUSTER", "SETSLOT", str(slot), "NODE", target_id)

    def move(self, key: str, to: ValkeyServer, pause: float) -> None:
        """Move the slot of a key to another primary, one key after the other."""
        slot = _slot_of(to, key)
        with _client(self.shard_of(key)[0]) as source, self.moving(key, to):
            time.sleep(pause)
            while keys := source.execute_command(f"CLUSTER GETKEYSINSLOT {slot} 1"):
                source.execute_command("MIGRATE", "127.0.0.1", to.port, keys[0], 0, 5000)
                time.sleep(pause)

    def refused(self) -> list[Any]:
        """Return what users wanted to do and may not."""
        found = []
        for node in self.nodes:
            with _client(node) as client:
                found += client.acl_log()
        return found


@contextmanager
def clustered(settings: str = "") -> Iterator[Clustered]:
    """Run a cluster of three primaries and three replicas."""
    with ExitStack() as stack:
        nodes = tuple(stack.enter_context(running_valkey(_NODE + settings)) for _ in range(6))
        primaries, replicas = nodes[:3], nodes[3:]
        for epoch, (node, (first, last)) in enumerate(zip(nodes, _SLOTS, strict=False), 1):
            node.command("CLUSTER", "ADDSLOTSRANGE", str(first), str(last))
            node.command("CLUSTER", "SET-CONFIG-EPOCH", str(epoch))
        for node in nodes:
            with _client(node) as client:
                bus = client.config_get("cluster-port")["cluster-port"]
            for other in nodes:  # each with each, which is faster than to hear it from others
                other.command("CLUSTER", "MEET", "127.0.0.1", str(node.port), str(bus))
        wait_until(lambda: all("cluster_known_nodes:6" in _info_of(node) for node in nodes))
        for primary, replica in zip(primaries, replicas, strict=True):
            replica.command("CLUSTER", "REPLICATE", _id_of(primary))
        wait_until(lambda: all("\r\nconnected\r\n" in one.command("ROLE") for one in replicas))
        wait_until(lambda: all("cluster_state:ok" in _info_of(node) for node in nodes))
        wait_until(lambda: all(map(_knows_replicas, nodes)))
        yield Clustered(nodes)


def _client(node: ValkeyServer) -> "Redis":
    from redis import Redis  # an optional package

    return Redis(port=node.port, decode_responses=True)


def _info_of(node: ValkeyServer) -> str:
    return node.command("CLUSTER", "INFO")


def _id_of(node: ValkeyServer) -> str:
    with _client(node) as client:
        return str(client.execute_command("CLUSTER MYID"))


def _slot_of(node: ValkeyServer, key: str) -> int:
    with _client(node) as client:
        return int(client.execute_command("CLUSTER KEYSLOT", key))


def _slots_of(node: ValkeyServer) -> Any:
    """Return the ranges of slots, each with its primary and replicas."""
    with _client(node) as client:
        client.response_callbacks.pop("CLUSTER SLOTS", None)
        return client.execute_command("CLUSTER SLOTS")


def _knows_replicas(node: ValkeyServer) -> bool:
    return all(len(nodes) == 2 for _, _, *nodes in _slots_of(node))
