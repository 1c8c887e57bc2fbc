"""Where photos are, by the settings and by what is installed."""

from pathlib import Path

import pytest

from solebook.adapters.memory.photos import MemoryPhotos, NoPictures
from solebook.adapters.s3.photos import S3Photos
from solebook.adapters.system.photo_folder import PhotoFolder
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.composition import photos
from solebook.config.load import SettingsError, load_settings
from solebook.ports.language.errors import Unavailable

KEY = {
    "SOLEBOOK_PHOTOS__BUCKET": "shoes",
    "SOLEBOOK_PHOTOS__ACCESS_KEY_ID": "someone",
    "SOLEBOOK_PHOTOS__SECRET_ACCESS_KEY": "a secret",
}


@pytest.mark.parametrize(
    ("variables", "kind"),
    [
        ({}, PhotoFolder),
        ({"SOLEBOOK_STORE__ADAPTER": "memory"}, MemoryPhotos),
        ({"SOLEBOOK_PHOTOS__FOLDER": "/photos"}, PhotoFolder),
        (KEY, S3Photos),
    ],
)
def test_settings_say_where_photos_are(variables: dict[str, str], kind: type) -> None:
    settings = load_settings(None, variables)
    assert type(photos.photos_of(settings, SystemStopwatch())) is kind
    assert photos.photo_folder(settings) == Path(
        variables.get("SOLEBOOK_PHOTOS__FOLDER", "solebook-data/photos")
    )


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"SOLEBOOK_PHOTOS__SECRET_ACCESS_KEY": ""}, "SOLEBOOK_PHOTOS__SECRET_ACCESS_KEY"),
        ({"SOLEBOOK_PHOTOS__FOLDER": "/photos"}, "exclude each other"),
        ({"SOLEBOOK_PHOTOS__ENDPOINT": "http://s3.example.com"}, "must begin with https://"),
        ({"SOLEBOOK_PHOTOS__ENDPOINT": "shoes"}, "must be https://HOST"),
    ],
)
def test_wrong_bucket_is_refused_without_its_key(wrong: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told) as refused:
        load_settings(None, KEY | wrong)
    assert "a secret" not in str(refused.value)


async def test_without_the_extra_photos_are_unavailable_and_the_rest_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(photos, "find_spec", lambda _: None)
    with photos.open_pictures(load_settings(None, {})) as pictures:
        assert isinstance(pictures, NoPictures)
        with pytest.raises(Unavailable, match="extra"):
            await pictures.prepare(b"")
