"""The broker of an exchange that has none: the store keeps all messages."""

from ...ports.language.messages import BrokerBacklog, Position
from ...ports.message_broker import WatchedBroker


class NoBroker(WatchedBroker):
    """Never has a message."""

    async def backlog(self) -> BrokerBacklog:
        return BrokerBacklog(0, Position("", 0))
