"""Changes of orders, told to the listeners of all processes."""

from contextlib import AbstractAsyncContextManager
from uuid import UUID

import msgspec

from ...ports.language.ids import OrderId, UserId
from ...ports.order_stream import OrderReader, OrderStream
from ..memory.order_stream import MemoryOrderStream
from .channel import Channel


class _Changed(msgspec.Struct, frozen=True, array_like=True):
    """An order changed."""

    order_id: UUID
    parties: tuple[UUID, ...]


_encode = msgspec.msgpack.Encoder(uuid_format="bytes").encode
_decode = msgspec.msgpack.Decoder(_Changed).decode


class ToldOrderStream(OrderStream):
    """Tells the readers of this process, and through a channel those of the others.

    After a lost message every reader falls behind, so that its client reads its orders anew.
    """

    def __init__(self, channel: Channel, *, queue: int) -> None:
        """Queue up to `queue` orders for each reader. Raises ValueError."""
        self._channel = channel
        self._here = MemoryOrderStream(queue=queue)

    def tell(self, order_id: OrderId, *parties: UserId) -> None:
        self._here.tell(order_id, *parties)
        self._channel.tell(_encode(_Changed(order_id, parties)))

    def follow(self, user_id: UserId) -> AbstractAsyncContextManager[OrderReader]:
        return self._here.follow(user_id)

    async def hear(self, item: bytes) -> None:
        """Tell the readers of this process what another one has told."""
        changed = _decode(item)
        self._here.tell(OrderId(changed.order_id), *map(UserId, changed.parties))

    def miss(self) -> None:
        """Let all readers fall behind."""
        self._here.interrupt()
