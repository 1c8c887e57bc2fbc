"""One server for the doubles of all contract tests. Each takes a fifth of a second to stop."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from solebook.entrypoints.doubles.messages.double import MessageDouble
from solebook.entrypoints.doubles.stripe.app import DroppableProtocol
from solebook.entrypoints.doubles.stripe.http import Receive, Scope, Send
from solebook.entrypoints.http.server import reserved_address, serving


class DoubleServer:
    """Serves one double after the other, in a thread that starts with the first one."""

    def __init__(self) -> None:
        self._double: MessageDouble | None = None
        self._thread: threading.Thread | None = None
        self._started = threading.Event()
        self._url = ""
        self._end: Callable[[], object] = lambda: None

    @asynccontextmanager
    async def serve(self, double: MessageDouble) -> AsyncIterator[str]:
        """Serve a double until the block is left, and yield its URL."""
        assert self._double is None, "there is one double at a time"
        if self._thread is None:
            self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
            self._thread.start()
            assert await asyncio.to_thread(self._started.wait, 30), "the server does not start"
        self._double = double
        try:
            yield self._url
        finally:
            self._double = None

    def stop(self) -> None:
        """End the thread, if it was started."""
        if self._thread is not None:
            self._end()
            self._thread.join()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._double is not None, "a call came after its test"
        await self._double(scope, receive, send)

    async def _run(self) -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        with reserved_address("127.0.0.1", 0) as address:
            async with serving(self, address, DroppableProtocol) as self._url:
                self._end = lambda: loop.call_soon_threadsafe(over.set)
                self._started.set()
                await over.wait()


DOUBLE_SERVER = DoubleServer()
"""Stopped at the end of the session."""
