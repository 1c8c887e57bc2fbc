"""The settings of NATS."""

import pytest

from solebook.config.load import SettingsError, load_settings
from solebook.config.nats import NatsSettings


def load(**settings: str) -> NatsSettings:
    environment = {f"SOLEBOOK_NATS__{name}": text for name, text in settings.items()}
    store = {"SOLEBOOK_STORE__URL": "postgresql://db/solebook"}
    return load_settings(None, store | environment).nats


def test_it_has_one_server_or_several() -> None:
    several = load(URL="nats://a:4222, tls://b:4222")
    assert several.servers == ("nats://a:4222", "tls://b:4222")
    assert several.is_encrypted
    assert not load(URL="nats://a").is_encrypted
    assert load(URL="nats://a", CA="ca.pem").is_encrypted
    assert load().servers == ()


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("URL", "nats://a,http://b", "nats.url must be nats:// or tls:// URLs"),
        ("PREFIX", "a.b", "nats.prefix must be of letters, digits, _ and -, not 'a.b'"),
        ("CERT", "cert.pem", "nats.cert and nats.key belong together"),
    ],
)
def test_an_invalid_setting_is_refused(name: str, text: str, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        load(**{name: text})


def test_it_needs_a_store_that_processes_share() -> None:
    with pytest.raises(SettingsError, match="is for several processes"):
        load_settings(None, {"SOLEBOOK_NATS__URL": "nats://a"})


def test_no_secret_is_shown() -> None:
    shown = repr(load(URL="nats://me:hunter2@a", PASSWORD="hunter2", TOKEN="hunter2"))
    assert "hunter2" not in shown
