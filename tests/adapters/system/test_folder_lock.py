"""The lock that allows one process at a time in a folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from solebook.adapters.system.folder_lock import folder_lock, is_locked

HOLD = """
import sys
from pathlib import Path
from solebook.adapters.system.folder_lock import folder_lock
with folder_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_locked_folder_is_refused_with_its_name(tmp_path: Path) -> None:
    with (
        folder_lock(tmp_path),
        pytest.raises(OSError, match=f"another .* running on {tmp_path}; stop"),
    ):
        folder_lock(tmp_path).__enter__()


def test_a_lock_is_released_after_success_and_failure(tmp_path: Path) -> None:
    with folder_lock(tmp_path):
        pass
    with pytest.raises(KeyError), folder_lock(tmp_path):
        raise KeyError
    with folder_lock(tmp_path):
        pass


def test_a_missing_folder_is_created(tmp_path: Path) -> None:
    with folder_lock(tmp_path / "a" / "b"), folder_lock(tmp_path / "a"):
        assert (tmp_path / "a" / "b").is_dir()


def test_a_killed_process_releases_the_lock(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(OSError, match="another solebook"):
            folder_lock(tmp_path).__enter__()
        holder.kill()
        holder.wait()
    with folder_lock(tmp_path):
        pass


def test_a_folder_that_cannot_be_locked_raises_os_error(tmp_path: Path) -> None:
    (tmp_path / "lock.sqlite3").mkdir()
    with pytest.raises(OSError, match=r"cannot be locked: .*lock\.sqlite3: unable to open"):
        folder_lock(tmp_path).__enter__()


def test_is_locked_does_not_take_the_lock(tmp_path: Path) -> None:
    assert not is_locked(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with folder_lock(tmp_path):
        assert is_locked(tmp_path)
    assert not is_locked(tmp_path)
    with folder_lock(tmp_path):
        pass


def test_a_lock_that_cannot_be_read_raises_os_error(tmp_path: Path) -> None:
    (tmp_path / "lock.sqlite3").mkdir()
    with pytest.raises(OSError, match="cannot be read: unable to open"):
        is_locked(tmp_path)
