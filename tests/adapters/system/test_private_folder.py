"""A folder that only its owner can access."""

import os
import stat
from pathlib import Path

import pytest

from solebook.adapters.system.folder_lock import folder_lock
from solebook.adapters.system.private_folder import private_folder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")
def test_a_new_folder_is_accessible_by_its_owner_only(tmp_path: Path) -> None:
    assert mode(private_folder(tmp_path / "a" / "b")) == 0o700
    with folder_lock(tmp_path / "c"):
        assert mode(tmp_path / "c") == 0o700


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")
def test_an_existing_folder_keeps_its_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert mode(private_folder(tmp_path)) == 0o755
