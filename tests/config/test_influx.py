"""Settings of InfluxDB."""

from typing import Any

import pytest

from solebook.config.influx import InfluxSettings

URL = "http://127.0.0.1:8086"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"url": "influx.example.com"}, "influx.url must be http"),
        ({"url": "http://user:secret@influx.example.com"}, "influx.url must be http"),
        ({"database": ""}, "must not be empty"),
        ({"user": "solebook"}, "influx.user and influx.password belong together"),
        ({"cert": "client.pem"}, "influx.cert and influx.key belong together"),
        ({"user": "u", "password": "secret", "token": "t"}, "exclude each other"),
    ],
)
def test_what_cannot_be_is_refused_without_a_secret_in_the_text(
    settings: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem) as refused:
        InfluxSettings(**settings)
    assert "secret" not in str(refused.value)


def test_secrets_are_not_shown() -> None:
    assert "secret" not in repr(InfluxSettings(url=URL, user="u", password="secret"))
    assert "secret" not in repr(InfluxSettings(url=URL, token="secret"))
