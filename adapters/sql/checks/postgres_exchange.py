"""How the broker knows the exchange of a store, without giving it a name."""

from contextlib import suppress

from ....ports.language.errors import Unavailable
from ..engine.limits import Limits
from ..engine.postgres_connecting import DRIVER_ERRORS, connected
from ..engine.postgres_url import data_source

_KNOWN_AS = "SELECT stream FROM broker_positions WHERE name = 'exchange'"


async def exchange_in(url: str, limits: Limits) -> str | None:
    """Return its name, or None if it has none yet or cannot be asked."""
    with suppress(Unavailable, ValueError, *DRIVER_ERRORS):
        connection = await connected(data_source(url), limits, "solebook check")
        try:
            name: str | None = await connection.fetchval(_KNOWN_AS)
            return name
        finally:
            connection.terminate()
    return None
