"""What carries the live streams from process to process."""

import pytest

from solebook.config.nats import NatsSettings
from solebook.config.redis import RedisSettings
from solebook.config.settings import Settings, StoreSettings
from solebook.config.stream import StreamSettings

POSTGRES = StoreSettings(url="postgresql://db/solebook")
NATS = NatsSettings(url="nats://nats:4222")
REDIS = RedisSettings(url="redis://redis")


@pytest.mark.parametrize(
    ("settings", "between"),
    [
        (Settings(store=POSTGRES), "process"),
        (Settings(store=POSTGRES, nats=NATS), "nats"),
        (Settings(store=POSTGRES, redis=REDIS), "redis"),
        (Settings(store=POSTGRES, nats=NATS, redis=REDIS), "nats"),
        (
            Settings(
                store=POSTGRES, nats=NATS, redis=REDIS, stream=StreamSettings(between="redis")
            ),
            "redis",
        ),
        (Settings(store=POSTGRES, nats=NATS, stream=StreamSettings(between="nats")), "nats"),
        (Settings(redis=REDIS), "process"),
        (Settings(redis=REDIS, stream=StreamSettings(between="redis")), "process"),
    ],
)
def test_nats_carries_streams_before_redis_and_both_only_between_processes(
    settings: Settings, between: str
) -> None:
    assert settings.streams_between == between


def test_streams_over_nats_need_its_url() -> None:
    with pytest.raises(ValueError, match=r"stream\.between = 'nats' needs nats\.url"):
        Settings(store=POSTGRES, redis=REDIS, stream=StreamSettings(between="nats"))


def test_streams_over_redis_need_its_url() -> None:
    with pytest.raises(ValueError, match=r"stream\.between = 'redis' needs redis\.url"):
        Settings(store=POSTGRES, nats=NATS, stream=StreamSettings(between="redis"))
