"""The connections of a server: how many there may be, and which of them are closed first."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Protocol

from ...config.http import HttpSettings
from .edge.client_address import address_name, is_trusted

_MOST = 10_000
_MOST_PER_ADDRESS = 256
_FOR_THE_REST = 256
"""Descriptors for the store, for other servers, and for what else a process opens."""
_BODIES_PER_ADDRESS = 16_777_216
"""Bytes: sixteen of the largest bodies by default."""
_REST = 1.0
"""Seconds for which an idle connection is left alone: its client may be about to ask."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many connections there may be, and how many of one address, unless it is a proxy."""

    total: int
    per_address: int
    proxies: Sequence[IPv4Network | IPv6Network] = ()
    bodies_per_address: int = _BODIES_PER_ADDRESS
    """Bytes of bodies whose requests are not answered yet."""
    head_timeout: float = 10.0
    """Seconds within which the head of a request must be complete, and the first one must begin."""
    request_timeout: float = 30.0
    """Seconds within which a request must be complete, from its first byte."""


def connection_limits(settings: HttpSettings, descriptors: int) -> ConnectionLimits:
    """Return the limits for a process that may open so many `descriptors`.

    The defaults are lower if it may open few. Raises ValueError if the settings are higher.
    """
    most = max(1, descriptors - min(_FOR_THE_REST, descriptors // 2))
    for name in ("connections", "connections_per_address"):
        value = getattr(settings, name)
        if value is not None and value > most:
            raise ValueError(
                f"http.{name} is {value}, but this process may open {descriptors} files, which is "
                f"enough for {most} connections: raise its limit (`ulimit -n`), or set fewer"
            )
    total = settings.connections or min(_MOST, most)
    per_address = settings.connections_per_address or min(_MOST_PER_ADDRESS, max(1, total // 2))
    bodies = max(_BODIES_PER_ADDRESS, 2 * settings.max_body)
    return ConnectionLimits(
        total,
        min(per_address, total),
        settings.proxy_networks(),
        bodies,
        settings.head_timeout.total_seconds(),
        settings.request_timeout.total_seconds(),
    )


class Connection(Protocol):
    """What is counted."""

    client: tuple[str, int] | None

    def close(self) -> None:
        """Close it. Nothing is under way on it."""


class Connections:
    """Counts the open connections, and closes an idle one if a new one would be too many."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._owners: dict[Connection, str] = {}
        """The address of each connection, or nothing for a proxy's."""
        self._count: dict[str, int] = {}
        self._idle: dict[str, dict[Connection, float]] = {}
        """The connections of each address on which nothing is asked, oldest first."""
        self._held: dict[Connection, int] = {}
        self._held_of: dict[str, int] = {}
        """The bytes of bodies whose requests are not answered yet, of each address."""

    def __len__(self) -> int:
        """Return how many are open."""
        return len(self._owners)

    def admit(self, connection: Connection, now: float) -> bool:
        """Count a new connection, and return whether there is room for it."""
        owner = self._owner_of(connection)
        if owner and self._count.get(owner, 0) >= self.limits.per_address:
            if not self._close_idle(owner, now):
                return False
        elif len(self) >= self.limits.total and not self._close_any_idle(now):
            return False
        self._owners[connection] = owner
        self._count[owner] = self._count.get(owner, 0) + 1
        self.rests(connection, now)
        return True

    def leave(self, connection: Connection) -> None:
        """Count it no more."""
        owner = self._owners.get(connection)
        if owner is None:
            return
        self.works(connection)
        self.let_go(connection)
        del self._owners[connection]
        self._count[owner] -= 1
        if not self._count[owner]:
            del self._count[owner]

    def rests(self, connection: Connection, now: float) -> None:
        """Note that nothing is asked on it since `now`."""
        owner = self._owners.get(connection)
        if owner is not None:
            self._idle.setdefault(owner, {})[connection] = now

    def works(self, connection: Connection) -> None:
        """Note that something is asked on it."""
        owner = self._owners.get(connection, "")
        idle = self._idle.get(owner)
        if idle is not None and idle.pop(connection, None) is not None and not idle:
            del self._idle[owner]

    def hold(self, connection: Connection, size: int) -> bool:
        """Count bytes of a body that has arrived, and return whether there is room for them."""
        owner = self._owners.get(connection)
        if not owner:  # a proxy holds bodies back itself
            return True
        self._held[connection] = self._held.get(connection, 0) + size
        self._held_of[owner] = self._held_of.get(owner, 0) + size
        return self._held_of[owner] <= self.limits.bodies_per_address

    def let_go(self, connection: Connection) -> None:
        """Count the bytes of its body no more."""
        held = self._held.pop(connection, 0)
        if held:
            owner = self._owners[connection]
            self._held_of[owner] -= held
            if not self._held_of[owner]:
                del self._held_of[owner]

    def _owner_of(self, connection: Connection) -> str:
        peer = connection.client[0] if connection.client else ""
        return "" if is_trusted(peer, self.limits.proxies) else address_name(peer)

    def _close_any_idle(self, now: float) -> bool:
        """Close an idle connection of whoever has most of them."""
        if not self._idle:
            return False
        most = max(self._idle, key=lambda owner: len(self._idle[owner]))
        return self._close_idle(most, now)

    def _close_idle(self, owner: str, now: float) -> bool:
        """Close the connection of an owner that has been idle for longest, if there is one."""
        for connection, since in self._idle.get(owner, {}).items():
            if now - since < _REST:
                return False
            self.leave(connection)
            connection.close()
            return True
        return False
