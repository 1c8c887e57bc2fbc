"""A name server that hangs delays nothing but its own hosts."""

import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest

from solebook.adapters.http.checked_connections import SystemLookUp


class NameServer:
    """Hosts with `slow` in their names are found when it is released."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.released = threading.Event()

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if "slow" in host:
            self.released.wait()
        return ["93.184.216.34"]


@pytest.fixture
def server() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.released.set()


async def test_a_host_that_hangs_is_looked_up_once_by_all_who_ask(server: NameServer) -> None:
    look_up = SystemLookUp(at_once=2, find=server)
    slow = [asyncio.create_task(look_up("slow.example.com", 443)) for _ in range(20)]
    assert await look_up("works.example.com", 443) == ["93.184.216.34"]
    slow[0].cancel()
    await asyncio.wait(slow[:1])
    later = asyncio.create_task(look_up("SLOW.example.com", 443))
    await asyncio.sleep(0)
    server.released.set()
    assert set(map(tuple, await asyncio.gather(*slow[1:], later))) == {("93.184.216.34",)}
    assert sorted(server.asked) == ["slow.example.com", "works.example.com"]
    assert await look_up("slow.example.com", 443) == ["93.184.216.34"]
    assert len(server.asked) == 3, "no answer is kept"
    look_up.close()


async def test_more_hosts_than_are_looked_up_at_once_are_refused(server: NameServer) -> None:
    look_up = SystemLookUp(at_once=2, find=server)
    slow = [asyncio.create_task(look_up(f"slow-{n}.example.com", 443)) for n in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(OSError, match="too many"):
        await look_up("works.example.com", 443)
    server.released.set()
    await asyncio.gather(*slow)
    assert await look_up("works.example.com", 443) == ["93.184.216.34"]
    look_up.close()
