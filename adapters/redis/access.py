"""How to reach Redis: one server, the servers that Sentinels know, or a cluster."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from redis.asyncio import ConnectionPool, Redis, SSLConnection
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import Connection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from .cluster import Cluster
from .sentinels import Sentinels

Client: TypeAlias = Redis | Cluster


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
    sentinel_user: str | None = None
    sentinel_password: str | None = field(default=None, repr=False)
    is_encrypted: bool = False
    """Whether TLS is used, with Sentinels too."""
    ca: str | None = None
    """The file of the CA that has signed the server's certificate."""
    cert: str | None = None
    key: str | None = None
    connections: int = 50
    """How many calls may be under way at once."""
    timeout: float = 0.1
    """Seconds to wait for a connection or an answer."""
    name: str = "solebook"
    """The name of this process in the server's list of clients."""

    def client(self) -> Client:
        """Return a client, which connects when it is used. It never tries twice."""
        match self.kind:
            case "server":
                [(host, port)] = self.hosts
                return Redis(connection_pool=self._pool(host, port))
            case "sentinel":
                client: Redis = self.sentinels().master_for(
                    self.service,
                    db=self.database,
                    max_connections=self.connections,
                    ssl=self.is_encrypted,
                )
                return client
            case "cluster":
                return self._cluster()

    def sentinels(self) -> Sentinels:
        """Return a client of the Sentinels."""
        of_sentinels = self._options() | {
            "username": self.sentinel_user,
            "password": self.sentinel_password,
            "ssl": self.is_encrypted,
        }
        return Sentinels(self.hosts, sentinel_kwargs=of_sentinels, **self._options())

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {
            "username": self.user,
            "password": self.password,
            "client_name": self.name.replace(" ", "-"),
            "driver_info": None,  # which would be two more commands per connection
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

    def _pool(self, host: str, port: int) -> ConnectionPool:
        return ConnectionPool(
            max_connections=self.connections,
            connection_class=SSLConnection if self.is_encrypted else Connection,
            host=host,
            port=port,
            db=self.database,
            **self._options(),
        )

    def _cluster(self) -> Cluster:
        options = self._options() | {
            "retry": Retry(NoBackoff(), 0),  # with None it would try four times
            "reinitialize_steps": 0,  # or a few moved slots would cut the connections of all calls
        }
        return Cluster(
            startup_nodes=[ClusterNode(host, port) for host, port in self.hosts],
            max_connections=2 * self.connections,  # of each node, some of which are being closed
            ssl=self.is_encrypted,
            **options,
        )
