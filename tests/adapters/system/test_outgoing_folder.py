"""Files in an outgoing folder are complete, written once and private."""

import asyncio
import os
import stat
from pathlib import Path

import pytest

from solebook.adapters.system.outgoing_folder import OutgoingFolder
from solebook.ports.language.errors import Unavailable


def files(path: Path) -> dict[str, bytes]:
    """Return the contents of a folder, with hidden files."""
    return {file.name: file.read_bytes() for file in path.iterdir()}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outgoing" / "mail"


async def test_the_folder_is_created_with_the_first_file(path: Path) -> None:
    await OutgoingFolder(path).put("1.eml", b"hello")
    assert files(path) == {"1.eml": b"hello"}


async def test_an_existing_file_is_not_overwritten(path: Path) -> None:
    folder = OutgoingFolder(path)
    await folder.put("1.eml", b"hello")
    await folder.put("1.eml", b"goodbye")
    assert files(path) == {"1.eml": b"hello"}


async def test_concurrent_writes_of_one_file_leave_one_file_and_no_draft(path: Path) -> None:
    folder = OutgoingFolder(path)
    await asyncio.gather(*(folder.put("1.eml", b"hello" * 10_000) for _ in range(10)))
    assert files(path) == {"1.eml": b"hello" * 10_000}


async def test_only_the_newest_files_are_kept(path: Path) -> None:
    folder = OutgoingFolder(path, most=3)
    for number in range(5):
        await folder.put(f"{number}.eml", b"hello")
    assert files(path).keys() == {"2.eml", "3.eml", "4.eml"}
    for number, name in enumerate(sorted(files(path))):
        os.utime(path / name, ns=(number, number))

    after_a_restart = OutgoingFolder(path, most=3)
    await after_a_restart.put("5.eml", b"hello")
    await after_a_restart.put("5.eml", b"hello")
    assert files(path).keys() == {"3.eml", "4.eml", "5.eml"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
async def test_a_file_is_readable_by_its_owner_only(path: Path) -> None:
    await OutgoingFolder(path).put("1.eml", b"hello")
    assert mode(path) == 0o700
    assert mode(path / "1.eml") == 0o600


async def test_a_folder_that_cannot_be_created_is_unavailable(path: Path) -> None:
    path.parent.write_text("in the way")
    with pytest.raises(Unavailable, match=r"outgoing/mail is unavailable"):
        await OutgoingFolder(path).put("1.eml", b"hello")


async def test_a_failed_write_leaves_no_file_and_a_retry_succeeds(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    folder = OutgoingFolder(path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(Unavailable):
            await folder.put("1.eml", b"hello")
    assert files(path) == {}
    await folder.put("1.eml", b"hello")
    assert files(path) == {"1.eml": b"hello"}
