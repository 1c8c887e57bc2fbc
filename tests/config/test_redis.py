"""The settings of Redis."""

import pytest

from solebook.config.load import SettingsError, load_settings
from solebook.config.redis import RedisAddress, RedisSettings


def load(**settings: str) -> RedisSettings:
    environment = {f"SOLEBOOK_REDIS__{name}": text for name, text in settings.items()}
    return load_settings(None, environment).redis


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://cache", RedisAddress("server", (("cache", 6379),))),
        ("redis://cache:7000/3", RedisAddress("server", (("cache", 7000),), database=3)),
        ("rediss://[::1]:7000/", RedisAddress("server", (("::1", 7000),), is_encrypted=True)),
        (
            "redis://me:a%40b@cache",
            RedisAddress("server", (("cache", 6379),), user="me", password="a@b"),
        ),
        ("redis://:secret@cache", RedisAddress("server", (("cache", 6379),), password="secret")),
        (
            "redis+sentinel://a,b:7000/main/2",
            RedisAddress("sentinel", (("a", 26379), ("b", 7000)), service="main", database=2),
        ),
        (
            "rediss+sentinel://me:secret@a/main",
            RedisAddress("sentinel", (("a", 26379),), True, "main", user="me", password="secret"),
        ),
        ("redis+cluster://a:1,b", RedisAddress("cluster", (("a", 1), ("b", 6379)))),
        ("rediss+cluster://a", RedisAddress("cluster", (("a", 6379),), is_encrypted=True)),
    ],
)
def test_it_is_a_server_or_one_that_sentinels_know_or_a_cluster(
    url: str, address: RedisAddress
) -> None:
    assert load(URL=url).address == address
    assert load(URL=url).is_used == "redis"


def test_without_a_url_there_is_none() -> None:
    assert (load().address, load().is_used) == (None, "none")


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("URL", "http://a", "redis.url must be redis://HOST:PORT/NUMBER"),
        ("URL", "redis+unix://a", "redis.url must be"),
        ("URL", "redis://", "redis.url must be"),
        ("URL", "redis://a:b", "redis.url must be"),
        ("URL", "redis://a:0", "redis.url must be"),
        ("URL", "redis://a b", "redis.url must be"),
        ("URL", "redis://a/main", "redis.url must be"),
        ("URL", "redis://a?ssl=1", "redis.url must be"),
        ("URL", "redis://a,b", "takes one host"),
        ("URL", "redis+sentinel://a", "needs the name of the service"),
        ("URL", "redis+cluster://a/1", "has one database"),
        ("PREFIX", "a{b}", "redis.prefix must be of letters, digits, _, : and -, not 'a{b}'"),
        ("PREFIX", "shop:", "redis.prefix must not end with a colon, which follows it anyway"),
        ("CERT", "cert.pem", "redis.cert and redis.key belong together"),
    ],
)
def test_an_invalid_setting_is_refused(name: str, text: str, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        load(**{name: text})


def test_no_secret_is_shown() -> None:
    shown = repr(load(URL="redis://me:hunter2@a", PASSWORD="hunter2"))
    assert "hunter2" not in shown
    assert "hunter2" not in repr(RedisAddress.parse("redis://me:hunter2@a"))
    with pytest.raises(SettingsError) as refused:
        load(URL="redis://me:hunter2@a:b")
    assert "hunter2" not in str(refused.value)
