"""The roles of a process on the command line."""

import argparse
from collections.abc import Sequence, Set
from typing import TYPE_CHECKING

from ...ports.language.process_roles import ALL_ROLES, ProcessRole

if TYPE_CHECKING:
    from ...config.settings import Settings

_HTTP = "  http       answers HTTP requests and serves the live stream\n"
_OF_WORKERS = """\
  matching   runs the matching engine. One process at a time has it, or each has some of the shards
             (`solebook admin reshard`). The others are candidates: one takes over within seconds
             when an owner stops or dies. Without NATS it also ends expired bids and asks and
             unwinds cancelled trades
  relay      passes messages on; one process at a time, like the engine
  trade      continues orders: reserves pairs, charges buyers, opens authentication, pays sellers
  deadlines  does what is due when somebody is late, and deletes old data
  letters    sends mails, text and push messages, and watches prices
  search     keeps the search index up to date
  charts     records sales for charts and statistics, and draws charts in InfluxDB
  webhooks   sends events to the endpoints of users
  services   answers the calls of other programs, over NATS and gRPC

Each role but services must run somewhere, or its work waits. Several processes need one PostgreSQL
database and the same settings. Over NATS (nats.url) all of them reach the engine; without it, only
the process that has it does. Over Redis (redis.url) they share books, the live stream and limits of
requests. On SQLite one process runs all roles.
"""
WHAT_ROLES_ARE_FOR = f"roles:\n{_HTTP}{_OF_WORKERS}"
WHAT_ROLES_OF_WORKERS_ARE_FOR = f"roles:\n{_OF_WORKERS}"


def role_of_a_worker(text: str) -> ProcessRole:
    """Return a role that a worker can run. Raises ArgumentTypeError, which argparse prints."""
    if text == ProcessRole.HTTP:
        raise argparse.ArgumentTypeError(
            "a worker answers no HTTP requests; use `solebook serve --roles http`"
        )
    return _role(text, [role for role in ProcessRole if role is not ProcessRole.HTTP])


def some_roles(text: str) -> Set[ProcessRole]:
    """Return the roles of a list with commas. Raises ArgumentTypeError."""
    words = [word.strip() for word in text.split(",")]
    if "" in words:
        raise argparse.ArgumentTypeError(
            f"{text!r} ends in the middle; write roles with commas and without spaces"
        )
    return frozenset(_role(word, list(ProcessRole)) for word in words)


def _role(text: str, known: Sequence[ProcessRole]) -> ProcessRole:
    if text in known:
        return ProcessRole(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no role; the roles are {', '.join(known)}")


def check_roles(settings: "Settings", roles: Set[ProcessRole]) -> None:
    """Raise ValueError if the store cannot be shared with a process of the other roles."""
    if settings.is_shared or roles == ALL_ROLES:
        return
    raise ValueError(
        f"on a store in {settings.store.kind} one process runs all roles: use `solebook serve` "
        "without --roles, or set store.url to a PostgreSQL database"
    )
