"""Have what a container builds measured."""

from collections.abc import Mapping
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from dependency_injector import providers

from ..adapters.security.passwords import BcryptPasswords
from ..ports.language.pools import PoolUse
from ..ports.measurements import Measurements
from ..ports.passwords import Passwords
from .decorated_store import decorated_store
from .metrics import Pools
from .providers import Container

if TYPE_CHECKING:
    from ..adapters.sql.engine.database import SqlDatabase


def measure(container: Container, measurements: Measurements) -> None:
    """Have everything in a container that is not built yet measured."""
    told = providers.Object(measurements)
    container.store.override(
        providers.Singleton(
            decorated_store,
            container.plain_store,
            product_cache=container.product_cache,
            order_stream=container.order_stream,
            measurements=told,
            clock=container.clock,
        )
    )
    assert isinstance(container.plain, providers.Singleton)
    container.plain.add_kwargs(measurements=told)


async def pools_of(container: Container) -> Pools:
    """Return what tells how the pools of a container are used that were opened."""
    databases = {
        "store": container.sql_database,
        "leases": container.lease_database,
        "public": container.public_database,
        "replica": container.replica_database,
    }
    opened: dict[str, SqlDatabase] = {
        name: await provider.async_()
        for name, provider in databases.items()
        if isinstance(provider, providers.Resource) and provider.initialized
    }

    # It is a future only if it was opened beside something that had to be waited for.
    found: Any = container.passwords()
    passwords: Passwords = await found if isawaitable(found) else found

    def read() -> Mapping[str, PoolUse]:
        of_databases = {
            f"{name} {pool}": use
            for name, database in opened.items()
            for pool, use in database.pools().items()
        }
        own = {"passwords": passwords.use} if isinstance(passwords, BcryptPasswords) else {}
        return {**of_databases, **own}

    return read
