"""The label that comes with the letter that asks to ship."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from uuid import UUID
from xml.etree import ElementTree as ET

from barcode.charsets.code128 import CODES  # type: ignore[import-untyped]

from solebook.adapters.mail.eml_mailer import as_bytes
from solebook.adapters.mail.jinja_templates import JinjaTemplates
from solebook.ports.language.ids import OrderId, ProductId, UserId
from solebook.ports.language.mail import Mail
from solebook.ports.language.market import BookKey, Condition, Size
from solebook.ports.language.notifications import (
    NotificationPreferences,
    Recipient,
    Shoe,
    Warehouse,
)
from solebook.ports.language.trade_notices import AskMatchedNotice, SaleConfirmedNotice

ORDER = OrderId(UUID("01890a5d-ac96-774b-bcce-b302099a8057"))
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
SHOE = Shoe(
    BookKey(ProductId(UUID(int=1)), Size("10.5"), Condition.NEW), "Nike Dunk Low", "DD1391-100"
)
WAREHOUSE = Warehouse("Fish & <Chips>", "1 Main Street", "Portland", "OR", "97201", "US")
NOTICE = SaleConfirmedNotice(ORDER, SHOE, 20_000, 17_600, WAREHOUSE, AT)
SELLER = UserId(UUID(int=2))
RECIPIENT = Recipient(SELLER, "seller@example.com", "Test", NotificationPreferences(SELLER))
SVG = "{http://www.w3.org/2000/svg}"

STANDARD = {0: "11011001100", 1: "11001101100", 13: "10011011100", 65: "10010110000"}
"""Some of the bars of Code 128, by their value: 13 is the hyphen, 65 the letter a."""
START_B, START_C, TO_C, TO_B = 104, 105, 99, 100


def modules(svg: ET.Element) -> str:
    """Return the barcode of a label as a scanner sees it: 1 for dark, 0 for light."""
    path = svg.find(f"{SVG}path")
    assert path is not None
    places = [float(x) for x in re.findall(r"M([\d.]+) ", path.attrib["d"])]
    dark = {round((place - places[0]) / 0.3) for place in places}
    return "".join("1" if at in dark else "0" for at in range(max(dark) + 1))


def scanned(bars: str) -> str:
    """Return what a scanner reads, or raise AssertionError if the sum at the end is wrong."""
    assert bars.endswith("1100011101011")
    start, *values, check = (CODES.index(bars[at : at + 11]) for at in range(0, len(bars) - 13, 11))
    assert (start + sum(at * value for at, value in enumerate(values, 1))) % 103 == check
    text, pairs = "", {START_B: False, START_C: True}[start]
    for value in values:
        if pairs and value == TO_B:
            pairs = False
        elif not pairs and value == TO_C:
            pairs = True
        else:
            text += f"{value:02}" if pairs else chr(32 + value)
    return text


def test_the_letter_that_asks_to_ship_has_a_label_with_address_and_barcode() -> None:
    letter = JinjaTemplates().render(NOTICE, RECIPIENT)
    [label] = letter.attachments
    svg = ET.fromstring(label.content)
    shown = [text.text for text in svg.iter(f"{SVG}text")]
    assert shown[1:5] == list(WAREHOUSE.lines)
    assert shown[-1] == str(ORDER)
    bars = modules(svg)
    assert {value: CODES[value] for value in STANDARD} == STANDARD
    assert scanned(bars) == str(ORDER)
    # The sheet has room for it, and for the light margins that a scanner needs.
    assert len(bars) * 0.3 + 2 * 10 * 0.3 <= 148


def test_other_letters_have_none() -> None:
    matched = AskMatchedNotice(ORDER, SHOE, 20_000, 17_600)
    assert JinjaTemplates().render(matched, RECIPIENT).attachments == ()


def test_a_mail_carries_the_label_as_a_file() -> None:
    letter = JinjaTemplates().render(NOTICE, RECIPIENT)
    mail = Mail.of(letter, RECIPIENT, UUID(int=7))
    message = message_from_bytes(as_bytes(mail, "a@example.com", AT), policy=default)
    worded, file = message.iter_parts()
    assert worded.get_content_type() == "multipart/alternative"
    text, html = worded.iter_parts()
    assert "attached label" in text.get_content()
    assert "attached label" in html.get_content()
    assert (file.get_filename(), file.get_content_type()) == ("label.svg", "image/svg+xml")
    assert file.get_payload(decode=True) == letter.attachments[0].content
    assert message.defects == []
    assert as_bytes(mail, "a@example.com", AT) == as_bytes(replace(mail), "a@example.com", AT)
