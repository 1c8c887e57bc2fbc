"""The first start of a stack writes its files, and wrong wishes leave none."""

from pathlib import Path

import pytest

from solebook.config.load import SettingsError
from solebook.entrypoints.stack.stack import Plan, Stack


def test_wrong_settings_leave_a_folder_that_can_be_started_anew(tmp_path: Path) -> None:
    for more in ("[market]\ntikc = 5\n", "[market"):
        with pytest.raises(SettingsError):
            Stack(Plan(tmp_path, more=more))
        assert not [file for file in tmp_path.iterdir() if file.name != "ports.json"]
    assert Stack(Plan(tmp_path, more="[market]\ntick = 500\n")).settings.market.tick == 500


def test_further_settings_are_refused_where_they_would_be_ignored(tmp_path: Path) -> None:
    Stack(Plan(tmp_path))
    with pytest.raises(ValueError, match=rf"for a new folder; here, change {tmp_path}"):
        Stack(Plan(tmp_path, more="[market]\ntick = 500\n"))
    assert Stack(Plan(tmp_path)).settings.market.tick != 500


def test_the_folder_of_another_exchange_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "solebook.toml").write_text("[server]\nport = 9000\n")
    with pytest.raises(ValueError, match=r"is of another exchange: there is no secrets\.env"):
        Stack(Plan(tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["solebook.toml"]
