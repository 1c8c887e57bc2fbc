"""A file that was written is still there after the power was cut, and so is its folder.

No test cuts the power. What survives is what was synced: a file, and the folder that has its name.
"""

import os
import sys
from pathlib import Path
from uuid import UUID

import pytest

from solebook.adapters.security.secrets import load_or_create_secret
from solebook.adapters.system.outgoing_folder import OutgoingFolder
from solebook.adapters.system.photo_folder import PhotoFolder
from solebook.adapters.system.private_folder import private_folder
from solebook.ports.language.ids import PhotoId
from solebook.ports.language.photos import Picture

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what was synced")


@pytest.fixture
def survives(monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """The folders whose names survive, as they were when they were synced last."""
    found: set[Path] = set()
    fsync = os.fsync

    def note(descriptor: int) -> None:
        fsync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.is_dir():
            found.update(one for one in path.iterdir() if not one.name.startswith("."))

    monkeypatch.setattr(os, "fsync", note)
    return found


def test_a_new_folder_survives_with_those_that_it_is_in(
    tmp_path: Path, survives: set[Path]
) -> None:
    private_folder(tmp_path / "a" / "b")
    assert {tmp_path / "a", tmp_path / "a" / "b"} <= survives


async def test_a_letter_survives(tmp_path: Path, survives: set[Path]) -> None:
    await OutgoingFolder(tmp_path / "mail").put("1.eml", b"hello")
    assert tmp_path / "mail" / "1.eml" in survives


async def test_a_photo_survives_in_both_sizes(tmp_path: Path, survives: set[Path]) -> None:
    await PhotoFolder(tmp_path).keep(PhotoId(UUID(int=1)), Picture(small=b"small", full=b"full"))
    kept = {path for path in survives if path.suffix == ".jpg"}
    assert len(kept) == 2
    assert {path.parent for path in kept} <= survives


def test_a_secret_survives(tmp_path: Path, survives: set[Path]) -> None:
    load_or_create_secret(tmp_path / "webhooks-key")
    assert tmp_path / "webhooks-key" in survives
