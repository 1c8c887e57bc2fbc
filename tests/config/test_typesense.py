"""The settings of Typesense."""

from pathlib import Path

import pytest

from solebook.config.load import SettingsError, load_settings
from solebook.config.typesense import TypesenseSettings


def load(**settings: str) -> TypesenseSettings:
    environment = {f"SOLEBOOK_TYPESENSE__{name}": text for name, text in settings.items()}
    return load_settings(None, {"SOLEBOOK_TYPESENSE__API_KEY": "secret"} | environment).typesense


def test_nodes_have_a_port_and_a_path() -> None:
    urls = "https://a, https://[2001:db8::1]:7000/search/,http://127.0.0.1,http://typesense"
    assert load(URL=urls).urls == (
        "https://a:443",
        "https://[2001:db8::1]:7000/search",
        "http://127.0.0.1:8108",
        "http://typesense:8108",
    )
    assert load().urls == ()


def test_typesense_is_used_if_it_has_a_url() -> None:
    assert load().is_used == "none"
    assert load(URL="https://a").is_used == "typesense"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"URL": "a:8108"}, "must be https://HOST:PORT"),
        ({"URL": "https://a,"}, "must be https://HOST:PORT"),
        ({"URL": "https://me:secret@a"}, "must be https://HOST:PORT"),
        ({"URL": "https://a:0"}, "must be https://HOST:PORT"),
        ({"URL": "http://a.example.com"}, "must begin with https://"),
        ({"URL": "http://10.0.0.7:8108"}, "must begin with https://"),
        ({"URL": "https://a", "API_KEY": ""}, "SOLEBOOK_TYPESENSE__API_KEY"),
        ({"URL": "http://localhost", "CA": "ca.pem"}, "is for https://"),
        ({"PREFIX": "a/b"}, "must be of letters"),
        ({"FALLBACK": "redis"}, "it can be 'none' or 'store'"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, str], why: str) -> None:
    with pytest.raises(SettingsError, match=why) as error:
        load(**wrong)
    assert "secret" not in str(error.value)


def test_the_key_is_taken_from_no_file_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "solebook.toml"
    file.write_text('[typesense]\nurl = "https://a"\napi_key = "secret"\n')
    with pytest.raises(SettingsError, match="SOLEBOOK_TYPESENSE__API_KEY"):
        load_settings(file, {})
    assert "secret" not in repr(load(URL="https://a"))
