"""Token buckets in Redis."""

from hashlib import blake2b

from ...ports.language.errors import RateLimited, Unavailable
from ...ports.language.rate_limits import RateLimit
from ...ports.rate_limits import RateLimits
from .connection import REDIS, RedisConnection, Script

# A bucket is its tokens and the server's time of that, in microseconds. It expires a minute after
# it is full, because a new one is full too. Should the server's time go back, it is refilled from
# then on. What somebody else has left there is no bucket. A negative cost puts tokens back.
_TAKE = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local burst, per_microsecond = tonumber(ARGV[1]), tonumber(ARGV[2]) / 1000000
local cost = math.min(burst, tonumber(ARGV[3]))
local tokens, at = burst, now
local kept = redis.pcall('GET', KEYS[1])
if type(kept) == 'string' then
    local had, since = kept:match('^(%S+) (%S+)$')
    had, since = tonumber(had or ''), tonumber(since or '')
    if had and since then
        tokens, at = math.min(burst, had + math.max(0, now - since) * per_microsecond), since
    end
end
local wait = 0
if tokens + 1e-9 < cost then
    wait = math.ceil((cost - tokens) / per_microsecond)
    if at <= now then return wait end
else
    tokens = math.min(burst, math.max(0, tokens - cost))
end
local life = math.ceil((burst - tokens) / per_microsecond / 1000) + 60000
local value = string.format('%.17g %.0f', tokens, now)
redis.call('SET', KEYS[1], value, 'PX', string.format('%.0f', life))
return wait
""")


class RedisRateLimits(RateLimits):
    """Buckets by name, exact over all processes, on the server's time."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection

    async def take(self, bucket: str, limit: RateLimit, cost: int = 1) -> None:
        microseconds = await self._take(bucket, limit, cost)
        if microseconds:
            raise RateLimited(retry_after=microseconds / 1e6)

    async def put_back(self, bucket: str, limit: RateLimit) -> None:
        await self._take(bucket, limit, -1)

    async def _take(self, bucket: str, limit: RateLimit, cost: int) -> int:
        key = self._connection.name("limits", _short(bucket))
        microseconds = await self._connection.run(_TAKE, [key], limit.burst, limit.per_second, cost)
        if not isinstance(microseconds, int):
            raise Unavailable(what=REDIS)  # it was not Redis that answered
        return microseconds


def _short(bucket: str) -> str:
    """Return a name of 32 characters: the caller's may be long, or an email address."""
    return blake2b(bucket.encode(errors="surrogatepass"), digest_size=16).hexdigest()
