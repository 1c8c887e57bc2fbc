"""The session `release`: versions, the changelog, what it refuses, and what is left behind."""

import subprocess
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.version import Version

from releasing.__main__ import main
from releasing.artefacts import SUMS, table, write_sums
from releasing.changelog import release_notes
from releasing.checkout import Checkout
from releasing.making import release_in_clone
from releasing.packages import Packages
from releasing.programs import run
from releasing.refused import Refused
from releasing.site import pack_site
from releasing.versions import next_version, read_version, released_versions

DAY = date(2026, 11, 30)
AUTHOR = ("Test", "test@example.com")
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n\n## [0.1.0] - 2026-01-01\n"


@pytest.mark.parametrize("text", ["1.2.3", "0.1.0", "2.0.0rc1"])
def test_a_version_of_a_release_is_read(text: str) -> None:
    assert str(read_version(text)) == text


@pytest.mark.parametrize(
    "text", ["", "v1.2.3", "1.2", "1.2.3.4", "01.2.3", "1.2.3.dev1", "1.2.3+a", "1.2.3-rc1", "one"]
)
def test_another_version_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="is no version"):
        read_version(text)


def test_released_versions_are_in_order_and_the_next_is_a_minor_one() -> None:
    released = released_versions(["v0.10.0", "v0.9.1", "nightly", "v0.2"])

    assert released == [Version("0.9.1"), Version("0.10.0")]
    assert next_version(released) == Version("0.11.0")
    assert next_version([]) == Version("0.1.0")


def test_what_was_unreleased_gets_the_version_and_the_day() -> None:
    assert release_notes(CHANGELOG, Version("0.2.0"), DAY) == (
        "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-11-30\n\n### Added\n\n- A thing.\n"
        "\n## [0.1.0] - 2026-01-01\n"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("# Changelog\n", "has no section"),
        ("## [Unreleased]\n", "has nothing"),
        ("## [Unreleased]\n\n### Added\n\n## [0.1.0] - 2026-01-01\n\n- A thing.\n", "has nothing"),
    ],
)
def test_a_changelog_without_news_is_refused(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        release_notes(text, Version("0.2.0"), DAY)


def test_what_is_missing_in_a_wheel_or_should_not_be_there_is_a_fault(tmp_path: Path) -> None:
    key = f"-----BEGIN PRIVATE KEY-----\n{'A' * 64}\n"
    wheel, sdist = tmp_path / "a.whl", tmp_path / "a.tar.gz"
    with ZipFile(wheel, "w") as packed:
        packed.writestr("solebook/core/__init__.py", key)
        packed.writestr("solebook/tests/conftest.py", "")
        packed.writestr("solebook/solebook-data/solebook.sqlite3", "")
        packed.writestr("solebook-1.0.0.dist-info/METADATA", "")
    (tmp_path / "a" / "entrypoints" / "web").mkdir(parents=True)
    (tmp_path / "a" / "PKG-INFO").touch()
    (tmp_path / "a" / "entrypoints" / "web" / "words.toml").touch()
    subprocess.run(["tar", "czf", sdist, "a"], cwd=tmp_path, check=True)

    faults = Packages(wheel, sdist).faults()

    assert "a.whl has no py\\.typed" in faults
    assert "a.whl has no entrypoints/web/words.toml, which a.tar.gz has" in faults
    assert "a.tar.gz has no entrypoints/web/templates/.+\\.html" in faults
    assert "a.whl has tests/conftest.py" in faults
    assert not any(fault.startswith("a.whl has core/__init__.py") for fault in faults)
    assert "a.whl has solebook-data/solebook.sqlite3" in faults
    assert "a.whl has a private key in core/__init__.py" in faults
    assert "a.tar.gz has no deploy/prometheus/alerts\\.yml" in faults
    assert "a.whl has no deploy/prometheus/alerts\\.yml" not in faults


def test_sums_are_as_sha256sum_checks_them_and_the_table_has_each_file(tmp_path: Path) -> None:
    (tmp_path / "b.whl").write_bytes(b"")
    (tmp_path / "a.tar.gz").write_bytes(b"")
    of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    write_sums(tmp_path)

    assert (tmp_path / SUMS).read_text() == f"{of_nothing}  a.tar.gz\n{of_nothing}  b.whl\n"
    assert [row.split() for row in table(tmp_path).splitlines()] == [
        ["file", "KiB", "SHA-256"],
        ["a.tar.gz", "0", of_nothing],
        ["b.whl", "0", of_nothing],
    ]


@pytest.mark.integration
def test_settings_of_the_caller_do_not_reach_a_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLEBOOK_STORE__URL", "postgresql://production/solebook")
    monkeypatch.setenv("SETUPTOOLS_SCM_PRETEND_VERSION", "9.9.9")

    variables = run("env", folder=tmp_path, variables={"SOLEBOOK_FOLDER": "here"})

    assert "production" not in variables
    assert "9.9.9" not in variables
    assert "SOLEBOOK_FOLDER=here" in variables


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Return a repository on its branch main, of which 0.1.0 was released."""
    made = Checkout(tmp_path / "checkout")
    made.folder.mkdir()
    made.git("init", "--quiet", "--initial-branch=main")
    made.git("config", "user.name", AUTHOR[0])
    made.git("config", "user.email", AUTHOR[1])
    (made.folder / "CHANGELOG.md").write_text(CHANGELOG)
    made.git("add", "--all")
    made.git("commit", "--quiet", "--message", "chore: begin")
    made.git("tag", "v0.1.0")
    return made


def told(checkout: Checkout, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return why a release is refused."""
    before = checkout.git("show-ref")
    assert main(arguments, checkout.folder) == 1
    assert checkout.git("show-ref") == before
    return capsys.readouterr().err


@pytest.mark.integration
def test_a_release_is_refused_from_another_branch_and_of_uncommitted_changes(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout.folder / "new.py").touch()
    assert "something is not committed:\n?? new.py" in told(checkout, capsys, "0.2.0")

    checkout.git("switch", "--quiet", "--create", "other")
    assert "the branch is other and not main" in told(checkout, capsys, "0.2.0")
    checkout.git("switch", "--quiet", "--detach")
    assert "the branch is none and not main" in told(checkout, capsys, "0.2.0")


@pytest.mark.integration
def test_a_release_is_refused_of_a_version_that_is_not_new(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "the tag v0.1.0 exists" in told(checkout, capsys, "0.1.0")
    assert "0.0.9 is not greater than the last version, 0.1.0" in told(checkout, capsys, "0.0.9")
    assert "'0.2' is no version" in told(checkout, capsys, "0.2")


@pytest.mark.integration
@pytest.mark.parametrize("arguments", [["0.2.0"], ["--dry"]])
def test_a_release_is_refused_without_news(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    (checkout.folder / "CHANGELOG.md").write_text("## [Unreleased]\n")
    checkout.git("commit", "--quiet", "--all", "--message", "docs: no news")

    assert "nothing under '## [Unreleased]'" in told(checkout, capsys, *arguments)


@pytest.mark.integration
def test_the_checkout_gets_the_commit_and_the_tag_at_the_end_only(
    checkout: Checkout, tmp_path: Path
) -> None:
    before = checkout.git("show-ref")
    version = Version("0.2.0")
    shown: list[str] = []

    made = release_in_clone(checkout, tmp_path / "clone", version, AUTHOR, shown.append)
    assert checkout.git("show-ref") == before
    assert "+## [0.2.0] - " in shown[0]

    checkout.adopt(made, version)
    assert checkout.git("describe") == "v0.2.0"
    assert checkout.git("log", "-1", "--format=%an %s") == "Test chore(release): 0.2.0"
    assert "## [0.2.0] - " in (checkout.folder / "CHANGELOG.md").read_text()
    assert checkout.objections() == []
    assert checkout.released() == [Version("0.1.0"), version]


@pytest.mark.integration
def test_a_branch_that_has_gone_on_gets_neither_the_commit_nor_the_tag(
    checkout: Checkout, tmp_path: Path
) -> None:
    version = Version("0.2.0")
    made = release_in_clone(checkout, tmp_path / "clone", version, AUTHOR, lambda _: None)
    checkout.git("commit", "--quiet", "--allow-empty", "--message", "fix: late")
    before = checkout.git("show-ref")

    with pytest.raises(Refused, match="git merge failed"):
        checkout.adopt(made, version)

    assert checkout.git("show-ref") == before


@pytest.mark.integration
def test_documentation_with_a_warning_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text("site_name: x\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# x\n")
    pack_site(tmp_path, tmp_path / "site", tmp_path / "site.tar.gz", 0)
    (tmp_path / "docs" / "index.md").write_text("[nowhere](nowhere.md)\n")
    with pytest.raises(Refused, match=r"nowhere\.md"):
        pack_site(tmp_path, tmp_path / "site", tmp_path / "site.tar.gz", 0)
