"""Messages from any process to all that listen, which notice when they have missed one."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol, TypeAlias
from uuid import uuid4

import msgspec

from ...ports.language.errors import Unavailable

_log = logging.getLogger(__name__)

Hear: TypeAlias = Callable[[bytes], Awaitable[None]]
Missed: TypeAlias = Callable[[], None]

_BEAT = 1.0
"""Seconds between two messages of a sender that has nothing to tell."""
_NEW = 3 * _BEAT
"""Seconds after which a listener knows all senders. Later, an unknown one has sent before."""
_MOST_BYTES = 256 * 1024
"""How much is sent together."""
_LARGEST = 1_000_000
"""The largest message, which every transport takes. NATS takes up to 1 MiB."""
_MOST_WAITING = 50_000


class Transport(Protocol):
    """Carries messages of any process to all that listen. It may lose some."""

    @property
    def name(self) -> str:
        """What the log calls it."""
        ...

    async def publish(self, payload: bytes) -> None:
        """Send a message. Raises Unavailable, after which it may have been sent."""
        ...

    def listening(self, hear: Hear, missed: Missed) -> AbstractAsyncContextManager[None]:
        """Call `hear` with each message until the block is left, and `missed` after a connection
        was lost. Raises Unavailable.
        """
        ...


class _Portion(msgspec.Struct, frozen=True, array_like=True):
    sender: str
    number: int
    """The number of the portion, from 1 on; without items, that of the last one."""
    items: list[bytes]


_decode = msgspec.msgpack.Decoder(_Portion)
_encode = msgspec.msgpack.encode


class Channel:
    """Carries items to all that listen, in the order of their sender.

    A message may be lost. Senders number theirs and repeat the last number every `beat` seconds, so
    that listeners notice. A listener does not hear what its own process tells.
    """

    def __init__(self, transport: Transport, *, beat: float = _BEAT) -> None:
        self._transport = transport
        self._beat = beat
        self._label = transport.name
        self._name = uuid4().hex
        self._number = 0
        self._waiting: list[bytes] = []
        self._wake = asyncio.Event()
        self._is_sent = asyncio.Event()
        self._is_sent.set()
        self._known: dict[str, int] = {}
        """The last number of each sender."""
        self._listens_since = 0.0

    def tell(self, item: bytes) -> None:
        """Send an item soon. It raises nothing."""
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(item)
        self._wake.set()
        self._is_sent.clear()

    async def flush(self) -> None:
        """Return when everything that was told has been sent, or is lost."""
        await self._is_sent.wait()

    @asynccontextmanager
    async def open(
        self, hear: Hear | None = None, missed: Missed | None = None
    ) -> AsyncIterator[None]:
        """Send what is told until the block is left, and listen if there is a `hear`.

        `hear` gets each item of the other processes. `missed` is called when one may be lost; both
        must be fast. Raises Unavailable.
        """
        sending = asyncio.create_task(self._send(), name=f"sender of {self._label}")
        try:
            if hear is None:
                yield
            else:
                async with self._listening(hear, missed or _nothing):
                    yield
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    # ---- sending -------------------------------------------------------------------------

    async def _send(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._beat):
                    await self._wake.wait()
            except TimeoutError:
                if self._number:
                    await self._publish([])
                continue
            self._wake.clear()
            while self._waiting:
                waiting, self._waiting = self._waiting, []
                if len(waiting) >= _MOST_WAITING:
                    self._number += 1  # which nobody gets
                for portion in _portions(waiting):
                    self._number += 1
                    await self._publish(portion)
            self._is_sent.set()

    async def _publish(self, items: list[bytes]) -> None:
        payload = _encode(_Portion(self._name, self._number, items))
        if len(payload) > _LARGEST:
            _log.warning("%s: a message of %d bytes is too large", self._label, len(payload))
            return
        try:
            await self._transport.publish(payload)
        except Unavailable as error:
            _log.debug("%s: %s", self._label, error)

    # ---- listening -----------------------------------------------------------------------

    def _listening(self, hear: Hear, missed: Missed) -> AbstractAsyncContextManager[None]:
        def lost() -> None:
            self._known.clear()
            self._listens_since = asyncio.get_running_loop().time()
            missed()

        self._listens_since = asyncio.get_running_loop().time()
        return self._transport.listening(lambda item: self._receive(item, hear, missed), lost)

    async def _receive(self, payload: bytes, hear: Hear, missed: Missed) -> None:
        try:
            portion = _decode.decode(payload)
            if portion.sender == self._name:
                return
            if self._has_gap(portion):
                missed()
            self._known[portion.sender] = portion.number
            for item in portion.items:
                await hear(item)
        except Exception:  # noqa: BLE001  # the next message may be understood
            _log.exception("a message on %s was not understood", self._label)
            missed()

    def _has_gap(self, portion: _Portion) -> bool:
        before = portion.number - (1 if portion.items else 0)
        known = self._known.get(portion.sender)
        if known is not None:
            return known != before
        listens_for = asyncio.get_running_loop().time() - self._listens_since
        return before > 0 and listens_for > _NEW


def _portions(items: list[bytes]) -> list[list[bytes]]:
    """Divide items into messages that are not too large."""
    portions: list[list[bytes]] = [[]]
    size = 0
    for item in items:
        size += len(item)
        if size > _MOST_BYTES and portions[-1]:
            portions.append([])
            size = len(item)
        portions[-1].append(item)
    return portions


def _nothing() -> None:
    """Do nothing."""
