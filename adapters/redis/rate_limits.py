"""Token buckets in Redis."""

from hashlib import blake2b

from ...ports.language.errors import RateLimited
from ...ports.language.rate_limits import RateLimit
from ...ports.rate_limits import RateLimits
from .connection import RedisConnection, Script

# A bucket is its tokens and the server's time of that, in microseconds. It expires a minute after
# it is full, because a new one is full too. Should the server's time go back, nothing is refilled.
_TAKE = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local burst, per_microsecond = tonumber(ARGV[1]), tonumber(ARGV[2]) / 1000000
local cost = math.min(burst, tonumber(ARGV[3]))
local tokens = burst
local kept = redis.call('GET', KEYS[1])
if kept then
    local had, at = kept:match('(%S+) (%S+)')
    tokens = math.min(burst, had + math.max(0, now - at) * per_microsecond)
end
if tokens + 1e-9 < cost then
    return math.ceil((cost - tokens) / per_microsecond)
end
tokens = math.max(0, tokens - cost)
local life = math.ceil((burst - tokens) / per_microsecond / 1000) + 60000
local value = string.format('%.17g %.0f', tokens, now)
redis.call('SET', KEYS[1], value, 'PX', string.format('%.0f', life))
return 0
""")


class RedisRateLimits(RateLimits):
    """Buckets by name, exact over all processes, on the server's time."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection

    async def take(self, bucket: str, limit: RateLimit, cost: int = 1) -> None:
        key = self._connection.name("limits", _short(bucket))
        microseconds = await self._connection.run(_TAKE, [key], limit.burst, limit.per_second, cost)
        if microseconds:
            raise RateLimited(retry_after=microseconds / 1e6)


def _short(bucket: str) -> str:
    """Return a name of 32 characters: the caller's may be long, or an email address."""
    return blake2b(bucket.encode(errors="surrogatepass"), digest_size=16).hexdigest()
