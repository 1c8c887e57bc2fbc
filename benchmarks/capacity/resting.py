"""What quotes that rest take, in the memory of an engine and on the disk."""

import asyncio

from servers.postgres_server import running_postgres
from solebook.adapters.sql.migrate import migrate

from ..start import fill, in_another_process
from .measured import Resting

_SIZE = "SELECT pg_total_relation_size('bids') + pg_total_relation_size('asks')"


def measure_resting(quotes: int) -> Resting:
    """Fill a store with quotes, and start an engine on it, and one on an empty store."""
    with running_postgres() as server:
        empty, full = (server.create_database(name) for name in ("nothing", "quotes"))
        for url in (empty, full):
            asyncio.run(migrate(url))
        asyncio.run(fill(empty, 0))
        asyncio.run(fill(full, quotes))
        disk = float(server.sql(_SIZE, "quotes").strip())
        before, after = in_another_process(empty), in_another_process(full)
    return Resting(
        quotes=quotes,
        memory_bytes=(after["kilobytes"] - before["kilobytes"]) * 1_024 / quotes,
        disk_bytes=disk / quotes,
        seconds_to_load=after["loaded"],
    )
