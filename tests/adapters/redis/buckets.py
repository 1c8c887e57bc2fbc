"""A process that takes tokens: `buckets.py PORT PREFIX ATTEMPTS`; it prints how many it got.

It begins when a line comes on its input.
"""

import asyncio
import sys

from solebook.adapters.redis.access import RedisAccess
from solebook.adapters.redis.connection import RedisConnection
from solebook.adapters.redis.rate_limits import RedisRateLimits
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.ports.language.errors import RateLimited
from solebook.ports.language.rate_limits import RateLimit

LIMIT = RateLimit(burst=10, per_second=0.001)


async def main() -> None:
    port, prefix, attempts = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    access = RedisAccess(hosts=(("127.0.0.1", port),), timeout=30.0)
    async with RedisConnection(access, SystemStopwatch(), prefix=prefix) as connection:
        await connection.check()
        print("ready", flush=True)
        sys.stdin.readline()
        limits = RedisRateLimits(connection)
        taking = (limits.take("sign-in", LIMIT) for _ in range(attempts))
        outcomes = await asyncio.gather(*taking, return_exceptions=True)
    assert all(outcome is None or isinstance(outcome, RateLimited) for outcome in outcomes)
    print(outcomes.count(None), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
