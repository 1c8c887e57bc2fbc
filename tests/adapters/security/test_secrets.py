import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from solebook.adapters.security.access_tokens import SigningKey
from solebook.adapters.security.secrets import load_or_create_secret


def test_secret_is_created_once_and_then_read(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"

    secret = load_or_create_secret(path)

    assert load_or_create_secret(path) == secret == path.read_bytes()
    assert SigningKey("embedded", secret).secret == secret
    assert os.listdir(tmp_path) == ["signing.key"]


def test_two_files_have_different_secrets(tmp_path: Path) -> None:
    assert load_or_create_secret(tmp_path / "a") != load_or_create_secret(tmp_path / "b")


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")
def test_secret_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        load_or_create_secret(tmp_path / "signing.key")
    finally:
        os.umask(umask)

    assert stat.S_IMODE((tmp_path / "signing.key").stat().st_mode) == 0o600


def test_concurrent_starts_get_the_same_secret(tmp_path: Path) -> None:
    for number in range(20):
        path = tmp_path / f"{number}.key"
        with ThreadPoolExecutor(8) as threads:
            secrets = set(threads.map(load_or_create_secret, [path] * 8))
        assert secrets == {path.read_bytes()}
    assert len(os.listdir(tmp_path)) == 20


def test_the_second_in_a_race_reads_the_secret_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "signing.key"
    link = os.link

    def beaten(draft: Path, target: Path) -> None:
        target.write_bytes(b"f" * 32)
        link(draft, target)

    monkeypatch.setattr(os, "link", beaten)

    assert load_or_create_secret(path) == b"f" * 32
    assert os.listdir(tmp_path) == ["signing.key"]


@pytest.mark.parametrize("content", [b"", b"s" * 31])
def test_file_with_a_short_secret_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "signing.key"
    path.write_bytes(content)

    with pytest.raises(ValueError, match=r"signing\.key has a secret of fewer"):
        load_or_create_secret(path)
    assert path.read_bytes() == content


def test_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_or_create_secret(tmp_path / "nowhere" / "signing.key")
