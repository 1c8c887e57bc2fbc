"""A folder of files for somebody else: whole, once, private, or Unavailable."""

import asyncio
import os
import stat
from pathlib import Path

import pytest

from solebook.adapters.system.outgoing_folder import OutgoingFolder
from solebook.ports.language.errors import Unavailable


def files(path: Path) -> dict[str, bytes]:
    """What is in a folder, hidden or not."""
    return {file.name: file.read_bytes() for file in path.iterdir()}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outgoing" / "mail"


async def test_a_file_is_there_in_a_folder_that_is_made_for_it(path: Path) -> None:
    await OutgoingFolder(path).put("1.eml", b"hello")
    assert files(path) == {"1.eml": b"hello"}


async def test_a_file_that_is_there_stays_as_it_is(path: Path) -> None:
    folder = OutgoingFolder(path)
    await folder.put("1.eml", b"hello")
    await folder.put("1.eml", b"goodbye")
    assert files(path) == {"1.eml": b"hello"}


async def test_many_who_put_the_same_at_once_leave_one_file_and_no_draft(path: Path) -> None:
    folder = OutgoingFolder(path)
    await asyncio.gather(*(folder.put("1.eml", b"hello" * 10_000) for _ in range(10)))
    assert files(path) == {"1.eml": b"hello" * 10_000}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
async def test_only_its_owner_reads_it(path: Path) -> None:
    await OutgoingFolder(path).put("1.eml", b"hello")
    assert mode(path) == 0o700
    assert mode(path / "1.eml") == 0o600


async def test_a_folder_that_cannot_be_made_is_unavailable(path: Path) -> None:
    path.parent.write_text("in the way")
    with pytest.raises(Unavailable, match=r"outgoing/mail is unavailable"):
        await OutgoingFolder(path).put("1.eml", b"hello")


async def test_a_disk_that_fails_leaves_nothing_and_the_next_try_succeeds(
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
