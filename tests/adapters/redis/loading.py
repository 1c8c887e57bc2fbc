"""A process in which many ask for a value: `loading.py PORT PREFIX CALLERS SECONDS`.

It prints how often it loaded the value, each time at once, and finally what all got. A load takes
so many seconds, or never ends if they are below 0. The callers begin when a line comes on its
input.
"""

import asyncio
import sys
from datetime import timedelta

from solebook.adapters.memory.cache import MemoryCache
from solebook.adapters.redis.access import RedisAccess
from solebook.adapters.redis.cache import RedisCache
from solebook.adapters.redis.cache_invalidations import RedisCacheInvalidations
from solebook.adapters.redis.connection import RedisConnection
from solebook.adapters.system.clock import SystemClock
from solebook.adapters.system.stopwatch import SystemStopwatch

LIFE = timedelta(minutes=10)


async def main() -> None:
    port, prefix, callers, seconds = sys.argv[1:]
    access = RedisAccess(hosts=(("127.0.0.1", int(port)),), timeout=30.0)

    async def load() -> str:
        print("loads", flush=True)
        await asyncio.sleep(float(seconds) if float(seconds) >= 0 else 3600)
        return "value"

    async with RedisConnection(access, SystemStopwatch(), prefix=prefix) as connection:
        invalidations = RedisCacheInvalidations[str](connection, f"{prefix}:changes", read=str)
        cache = RedisCache[str, str](
            connection,
            "values",
            MemoryCache(SystemClock(), size=10, life=LIFE),
            invalidations=invalidations,
            life=LIFE,
            encode=str.encode,
            decode=bytes.decode,
        )
        async with invalidations.open(), cache.open():
            await connection.check()
            print("ready", flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            got = await asyncio.gather(*(cache.get("key", load) for _ in range(int(callers))))
    print(f"all got {sorted(set(got))}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
