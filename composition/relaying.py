"""The relay of an application, separate from it, because only one process at a time has it."""

from ..core.operations.broker_keeper import BrokerKeeper
from ..core.operations.relay import Relay
from .application import Application


def relay_of(application: Application) -> Relay:
    """Return what publishes the messages of an application's outbox."""
    adapters, across = application.adapters, application.across
    store = adapters.store
    keeper = None
    if across is not None:
        keeper = BrokerKeeper(across.broker, store.sent_messages, store.transaction)
    return Relay(
        outbox=store.outbox, bus=adapters.event_bus, transaction=store.transaction, keeper=keeper
    )
