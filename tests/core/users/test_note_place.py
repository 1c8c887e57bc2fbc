"""Users are told when somebody signs in as them from a new place."""

from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.core.users.note_place import MAX_PLACES, NotePlace
from solebook.ports.language.account_notices import NewSignInNotice
from solebook.ports.language.mail import Mail
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.programs import family_of
from solebook.ports.language.users import Actor

from .proving import Proving

HOME, NEIGHBOUR, ABROAD = "203.0.113.7", "203.0.113.99", "198.51.100.7"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


@pytest.fixture
def exchange() -> Proving:
    return Proving()


@pytest.fixture
def note(exchange: Proving) -> NotePlace:
    return exchange.app.users.note_place


async def told(exchange: Proving) -> list[Mail]:
    await exchange.workers.settle()
    return [mail for mail in exchange.mails if "sign in" in mail.subject.lower()]


async def test_the_first_place_and_what_is_like_it_are_the_users_own(
    exchange: Proving, note: NotePlace
) -> None:
    buyer = await exchange.joined()
    for source in (HOME, NEIGHBOUR, HOME):
        await note(buyer.user_id, source=source, program=FIREFOX)
        await exchange.clock.advance(timedelta(days=2))
    await note(buyer.user_id, source="", program=CHROME)
    assert await told(exchange) == []


@pytest.mark.parametrize(
    ("source", "program"),
    [(ABROAD, FIREFOX), (HOME, CHROME), ("2001:db8:1:2::/64", FIREFOX), ("unknown", FIREFOX)],
)
async def test_another_network_or_program_is_told_once(
    exchange: Proving, note: NotePlace, source: str, program: str
) -> None:
    buyer = await exchange.joined()
    await note(buyer.user_id, source=HOME, program=FIREFOX)
    for _ in range(2):
        await note(buyer.user_id, source=source, program=program)
    [mail] = await told(exchange)
    assert (mail.to, family_of(program) in mail.text) == ("buyer@example.com", True)
    assert source not in mail.text
    [_, *notices] = await notices_of(exchange, buyer)
    assert [type(each) for each in notices] == [NewSignInNotice]


async def notices_of(exchange: Proving, actor: Actor) -> list[object]:
    store = exchange.app.adapters.store
    page = await store.notifications.of_user(actor.user_id, PageRequest())
    return [each.notice for each in reversed(page.items)]


async def test_the_list_is_bounded_and_has_neither_address_nor_program(
    exchange: Proving, note: NotePlace
) -> None:
    buyer = await exchange.joined()
    for number in range(MAX_PLACES + 5):
        await note(buyer.user_id, source=f"10.0.{number}.1", program=FIREFOX)
        await exchange.clock.advance(timedelta(minutes=1))
    kept = await exchange.app.adapters.store.known_places.of(buyer.user_id)
    assert len(kept) == MAX_PLACES
    assert all("10.0" not in place.hash and len(place.hash) == 64 for place in kept)
    await note(buyer.user_id, source="10.0.24.1", program=FIREFOX)  # is among the newest
    assert await exchange.app.adapters.store.known_places.of(buyer.user_id) == kept


async def test_a_key_that_was_replaced_still_knows_places(
    exchange: Proving, note: NotePlace
) -> None:
    buyer = await exchange.joined()
    old, both, new = (replace(note, keys=keys) for keys in ([b"old"], [b"new", b"old"], [b"new"]))
    for each in (old, both, new):
        await each(buyer.user_id, source=HOME, program=FIREFOX)
    assert await told(exchange) == []
    await new(buyer.user_id, source=ABROAD, program=FIREFOX)
    assert len(await told(exchange)) == 1


@pytest.mark.parametrize(
    ("program", "family"),
    [
        (CHROME, "Chrome"),
        (CHROME + " Edg/140.0", "Edge"),
        (CHROME + " OPR/120", "Opera"),
        ("Mozilla/5.0 (iPhone) AppleWebKit Version/18.0 Mobile Safari/604.1", "Safari"),
        ("curl/8.5.0", "curl"),
        ("", "another program"),
        ("https://evil.example/ \ud800", "another program"),
    ],
)
def test_a_program_is_known_by_its_family(program: str, family: str) -> None:
    assert family_of(program) == family
