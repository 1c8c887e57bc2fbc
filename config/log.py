"""Settings of the log."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Addresses: TypeAlias = Literal["full", "network", "none"]
"""How much of a client's address is logged."""


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What `solebook serve` and `solebook worker` log, and how."""

    format: Literal["text", "json"] | None = None
    """By default JSON in production, otherwise text."""
    level: Literal["info", "warning", "error"] | None = None
    """By default `info` in production, otherwise `warning`. Each request is a line of `info`.

    There is no `debug`, because the drivers of servers would log what is sent to them.
    """
    messages: bool = False
    """Whether each message that a consumer has handled is a line of `debug`.

    A trade has about twenty. It is this logger's level alone, so drivers log no more.
    """
    addresses: Addresses = "network"
    """How much of a client's address the line of a request has.

    An address is personal data. A `network` is a /24 of IPv4 or a /48 of IPv6.
    """

    def format_in(self, mode: str) -> Literal["text", "json"]:
        """Return how lines are written in a mode."""
        return self.format or ("json" if mode == "production" else "text")

    def level_in(self, mode: str) -> Literal["info", "warning", "error"]:
        """Return the least level of what is logged in a mode."""
        return self.level or ("info" if mode == "production" else "warning")
