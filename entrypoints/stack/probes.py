"""Asks programs whether they answer."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

_PATIENCE = 30.0
"""Seconds for an answer. A busy machine needs many; whoever is not there yet refuses at once."""
_POLL = 0.05
_MOST = 65_536


async def http_answers(port: int, path: str) -> bool:
    """Return whether a path is answered with success."""
    ask = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    head = await exchange(port, ask.encode())
    return head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 204"))


async def exchange(port: int, words: bytes = b"", *, whole: bool = False) -> bytes:
    """Return the first bytes of an answer, or nothing if there is none.

    With `whole`, it is read until the other side closes the connection.
    """
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(words)
                return await (reader.read() if whole else reader.read(_MOST))
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return b""


async def wait_until(is_true: Callable[[], Awaitable[bool]], *, patience: float) -> None:
    """Wait until something is true. Raises TimeoutError after `patience` seconds."""
    async with asyncio.timeout(patience):
        while not await is_true():  # noqa: ASYNC110  # there is no event
            await asyncio.sleep(_POLL)


async def succeeds(command: Sequence[str]) -> bool:
    """Return whether a command succeeds."""
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command, stdin=nowhere, stdout=nowhere, stderr=nowhere
    )
    return await process.wait() == 0
