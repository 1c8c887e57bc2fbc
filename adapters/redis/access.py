"""How to reach Redis: one server, the servers that Sentinels know, or a cluster."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster, SSLConnection
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import Connection
from redis.asyncio.sentinel import Sentinel

Client: TypeAlias = Redis | RedisCluster


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisAccess:
    """How to reach Redis."""

    kind: Literal["server", "sentinel", "cluster"] = "server"
    hosts: tuple[tuple[str, int], ...]
    """The server, the Sentinels or some nodes of the cluster, each with its port."""
    service: str = ""
    """The name under which Sentinels know the servers."""
    database: int = 0
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    is_encrypted: bool = False
    ca: str | None = None
    """The file of the CA that has signed the server's certificate."""
    cert: str | None = None
    key: str | None = None
    connections: int = 50
    """The maximum of connections. Calls wait for a free one."""
    timeout: float = 0.1
    """Seconds to wait for a connection or an answer."""
    name: str = "solebook"
    """The name of this process in the server's list of clients."""

    def client(self) -> Client:
        """Return a client, which connects when it is used. It never tries twice."""
        options = self._options()
        match self.kind:
            case "server":
                [(host, port)] = self.hosts
                return Redis(connection_pool=self._pool(host, port, options))
            case "sentinel":
                return self._by_sentinels(options)
            case "cluster":
                return RedisCluster(
                    startup_nodes=[ClusterNode(host, port) for host, port in self.hosts],
                    max_connections=self.connections,
                    ssl=self.is_encrypted,
                    **options,
                )

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {
            "username": self.user,
            "password": self.password,
            "client_name": self.name.replace(" ", "-"),
            "retry": None,  # the client's own tries would make seconds of the timeout
            "protocol": 2,
            "socket_timeout": 2 * self.timeout,  # each call has a limit of its own
            "socket_connect_timeout": 2 * self.timeout,
        }
        if self.is_encrypted:
            options |= {
                "ssl_ca_certs": self.ca,
                "ssl_certfile": self.cert,
                "ssl_keyfile": self.key,
            }
        return options

    def _pool(self, host: str, port: int, options: dict[str, Any]) -> BlockingConnectionPool:
        return BlockingConnectionPool(
            max_connections=self.connections,
            timeout=self.timeout,
            connection_class=SSLConnection if self.is_encrypted else Connection,
            host=host,
            port=port,
            db=self.database,
            **options,
        )

    def _by_sentinels(self, options: dict[str, Any]) -> Redis:
        in_turn = self.timeout / (len(self.hosts) + 1)  # so that there is time for the last one
        of_sentinels = {
            name: value for name, value in options.items() if name not in ("username", "password")
        } | {
            "ssl": self.is_encrypted,
            "socket_timeout": in_turn,
            "socket_connect_timeout": in_turn,
        }
        sentinels = Sentinel(  # type: ignore[no-untyped-call]
            self.hosts, sentinel_kwargs=of_sentinels, **options
        )
        client: Redis = sentinels.master_for(
            self.service,
            db=self.database,
            max_connections=self.connections,
            ssl=self.is_encrypted,
        )
        return client
