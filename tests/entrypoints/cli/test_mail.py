"""`solebook mail` previews every letter without an exchange."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from solebook.ports.language.notifications import NotificationKind

from .conftest import Run
from .test_main import one_line


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_kind_is_listed_with_its_subject(run: Run, tmp_path: Path) -> None:
    shown = run("mail")
    assert (shown.code, shown.err) == (0, "")
    lines = shown.out.splitlines()
    assert {line.split()[0] for line in lines} == set(NotificationKind)
    assert "sale_confirmed            Please ship: Nike Dunk Low White/Black, size 10.5" in lines
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", NotificationKind)
def test_every_kind_can_be_previewed(run: Run, kind: str) -> None:
    shown = run("mail", "preview", kind)
    assert (shown.code, shown.err) == (0, "")
    subject, brief, empty, greeting, *_ = shown.out.splitlines()
    assert subject.startswith("Subject: ")
    assert brief.startswith("Brief:   ")
    assert (empty, greeting) == ("", "Hello Test,")


def test_a_preview_can_be_text_or_html(run: Run) -> None:
    text = run("mail", "preview", "order_shipped", "--text").out
    assert text == run("mail", "preview", "order_shipped").out
    assert "\nTracking number: 1Z999AA10123456784\n" in text
    html = run("mail", "preview", "order_shipped", "--html").out
    assert html.startswith("<!doctype html>")
    assert html.endswith("</html>\n")
    assert ">1Z999AA10123456784</td>" in html


def test_a_preview_has_the_warehouse_and_the_sender_of_the_settings(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "market.toml").write_text(
        '[warehouse]\nname = "Test Warehouse"\n[notifications]\nsender = "test@example.com"\n'
    )
    configured = ("mail", "preview", "sale_confirmed", "--config", "market.toml")
    assert "\n  Test Warehouse\n" in run(*configured).out
    assert "its address is not set" in run("mail", "preview", "sale_confirmed").out
    run(*configured, "--output", "sale.eml")
    assert "From: test@example.com" in (tmp_path / "sale.eml").read_text()


def test_the_file_format_follows_from_the_name(run: Run, tmp_path: Path) -> None:
    preview = ("mail", "preview", "payout_paid")
    for name in ("a.eml", "a.html", "a.txt"):
        done = run(*preview, "--output", name)
        assert (done.code, done.out, done.err) == (0, f"wrote {name}\n", "")
    message = message_from_bytes((tmp_path / "a.eml").read_bytes(), policy=default)
    assert message["Subject"] == "We paid you $146.00: Nike Dunk Low White/Black"
    assert message["To"] == "Test <test@example.com>"
    assert (tmp_path / "a.html").read_text() == run(*preview, "--html").out
    assert (tmp_path / "a.txt").read_text() == run(*preview).out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["sale_confirm"], "there is no mail 'sale_confirm'; the kinds are email_proof, "),
        ([], "name a kind of mail; the kinds are email_proof, "),
        (["welcome", "--output", "a.pdf"], "the file's name must end in .eml, .html or .txt"),
        (["welcome", "--output", "no/a.eml"], "no/a.eml: No such file or directory"),
        (["welcome", "--config", "no.toml"], "no.toml cannot be read: No such file"),
    ],
)
def test_an_impossible_preview_is_a_one_line_error(
    run: Run, arguments: list[str], problem: str
) -> None:
    refused = run("mail", "preview", *arguments)
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err).startswith(f"solebook: {problem}")


@pytest.mark.parametrize("form", [["--text"], ["--html"], ["--output", "a.eml"]])
def test_a_form_without_a_kind_is_refused(run: Run, tmp_path: Path, form: list[str]) -> None:
    refused = run("mail", *form)
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err) == f"solebook: {form[0]} is for a preview of one KIND"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["send", "welcome"], ["welcome"], ["welcome", "--html"]])
def test_another_action_is_refused_with_what_would_be_right(run: Run, words: list[str]) -> None:
    refused = run("mail", *words)
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err) == (
        f"solebook: solebook mail cannot {words[0]}; write: solebook mail preview welcome"
    )


def test_the_memory_templates_can_be_previewed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLEBOOK_NOTIFICATIONS__TEMPLATES", "memory")
    assert "Sale confirmed" in run("mail", "preview", "sale_confirmed").out
