"""The content of an .eml file, for any text of the mail."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.adapters.mail.eml_mailer import EmlMailer, as_bytes
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.system.outgoing_folder import OutgoingFolder
from solebook.composition.embedded import START
from solebook.ports.language.mail import Mail

SENDER = "solebook <no-reply@example.com>"
MAIL = Mail(UUID(int=7), "buyer-1@example.com", "Test", "Welcome", "Hello\n", "<p>Hello</p>\n")
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
]

SYNTAX = [*'é,<>@"\\();: .', "\r\n", "Bcc: nobody@example.com", "=?utf-8?q?", "=0A=2C=40", "?="]


def parsed(mail: Mail) -> EmailMessage:
    content = as_bytes(mail, SENDER, START)
    return message_from_bytes(content, policy=default)


async def test_a_mail_is_an_eml_file(tmp_path: Path, clock: VirtualClock) -> None:
    await EmlMailer(OutgoingFolder(tmp_path), clock, sender=SENDER).send(MAIL)
    content = (tmp_path / f"{MAIL.id}.eml").read_bytes()
    assert content.count(b"\r\n") == content.count(b"\n")
    assert content.isascii()
    message = message_from_bytes(content, policy=default)
    assert list(message.keys()) == HEADERS
    assert not message.defects
    assert message["From"] == SENDER
    assert message["To"] == "Test <buyer-1@example.com>"
    assert message["Subject"] == "Welcome"
    assert message["Date"].datetime == clock.now()
    assert message["Message-ID"] == f"<{MAIL.id}@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    types = [part.get_content_type() for part in message.iter_parts()]
    assert types == ["text/plain", "text/html"]


def test_the_same_mail_at_the_same_instant_is_the_same_to_the_byte() -> None:
    assert as_bytes(MAIL, SENDER, START) == as_bytes(MAIL, SENDER, START)


@pytest.mark.parametrize(
    "name",
    [
        "Test\r\nBcc: nobody@example.com",
        "Test\nBcc: nobody@example.com\n\nbody",
        "Test\u2028Bcc: nobody@example.com",
        "Test, nobody@example.com, " * 20,
        "Test <nobody@example.com>, " * 20,
        '"Test" <nobody@example.com>, "',
        "=?utf-8?q?Test=2C_nobody=40example=2Ecom=2C?=",
        "Group: nobody@example.com;",
        "T" * 1_000,
        "Ünal, " * 100,
        "",
    ],
)
def test_a_name_adds_neither_a_header_nor_a_recipient(name: str) -> None:
    message = parsed(replace(MAIL, name=name, subject=name))
    assert list(message.keys()) == HEADERS
    assert [a.addr_spec for a in message["To"].addresses] == ["buyer-1@example.com"]
    assert "\n" not in message["Subject"]


@settings(max_examples=60, deadline=None)
@given(
    name=st.lists(st.text(max_size=5) | st.sampled_from(SYNTAX), max_size=40).map("".join),
    body=st.text(max_size=200),
)
def test_no_text_adds_a_header_a_recipient_or_a_part(name: str, body: str) -> None:
    text = body.encode("utf-8", "replace").decode()
    name = name.encode("utf-8", "replace").decode()
    message = parsed(replace(MAIL, name=name, subject=name, text=text, html=text))
    assert list(message.keys()) == HEADERS
    assert [a.addr_spec for a in message["To"].addresses] == ["buyer-1@example.com"]
    types = [part.get_content_type() for part in message.iter_parts()]
    assert types == ["text/plain", "text/html"]


def test_no_text_ends_its_part() -> None:
    boundary = f"--=_{MAIL.id.hex}"
    attempt = f"{boundary}\r\nContent-Type: text/plain\r\n\r\nMine\r\n{boundary}--\r\n"
    message = parsed(replace(MAIL, text=attempt, html=attempt))
    text, html = message.iter_parts()
    for part in (text, html):
        assert "Mine" in cast(EmailMessage, part).get_content()


@pytest.mark.parametrize("local", ["a..b", "a'b", "a+b", "a=b", "é", "x" * 64])
def test_an_address_is_not_changed(local: str) -> None:
    content = as_bytes(replace(MAIL, to=f"{local}@example.com"), SENDER, START)
    head = content.decode().partition("\r\n\r\n")[0].replace("\r\n", "")
    assert f"<{local}@example.com>" in head


@pytest.mark.parametrize(
    "to",
    [
        "nobody",
        "a@b@c",
        "a@example.com, b@example.com",
        "a@example.com\r\nBcc: b@c",
        "<a@b>",
        "",
        "=?utf-8?q?nobody?=@example.com",
    ],
)
def test_an_invalid_address_raises_assertion_error(to: str) -> None:
    with pytest.raises(AssertionError, match="is no address"):
        as_bytes(replace(MAIL, to=to), SENDER, START)


@pytest.mark.parametrize(
    "subject", ["Ünal’s bid", "Please ship: " + "a long name " * 20, "=?utf-8?q?Hello?="]
)
def test_a_subject_is_decoded_as_written(subject: str) -> None:
    message = parsed(replace(MAIL, subject=subject))
    assert message["Subject"] == subject.strip()
    assert not message["Subject"].defects


@pytest.mark.parametrize("name", ["Ünal", "St. John", "O'Neill-Smith", "T" * 300])
def test_a_name_is_decoded_as_written(name: str) -> None:
    [address] = parsed(replace(MAIL, name=name))["To"].addresses
    assert address.display_name == name


def test_texts_are_decoded_as_written() -> None:
    written = f"ends in a space \n.\nFrom here\n{'é' * 200}\n\n=20 and a tab\t\nlast\n"
    text, html = parsed(replace(MAIL, text=written, html=written)).iter_parts()
    for part in (text, html):
        assert cast(EmailMessage, part).get_content().replace("\r\n", "\n") == written


def test_no_line_exceeds_the_limit_of_mail_servers() -> None:
    words = "word " * 400
    mail = replace(MAIL, subject=words, name=words, text=words, html=words)
    assert max(map(len, as_bytes(mail, SENDER, START).split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "url", ["https://a.example/\r\nBcc: b@example.com", "https://a.example/ b", "https://a>b", "a"]
)
def test_a_link_adds_no_header(url: str) -> None:
    with pytest.raises(AssertionError, match="a link in a header"):
        as_bytes(replace(MAIL, unsubscribe_url=url), SENDER, START)
