"""A pair in the warehouse, by its authenticator with a browser without scripts."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from solebook.composition.provider_pages import ProviderPages
from solebook.entrypoints.web.authenticator.numbers import order_number
from solebook.ports.language.errors import InvalidText
from solebook.ports.language.ids import OrderId, UserId
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import Role

from ....served import PASSWORD
from ..world import CHECKS, PARCEL, ROOT, Person, World
from .browser import Browser, Shown

GOOD = dict.fromkeys(CHECKS, "yes")
FOUND = {**GOOD, "verdict": "pass"}
PHOTO = b"\xff\xd8\xff a shoe"


@pytest.fixture
async def inside(browser: Browser, authenticator: Person) -> Browser:
    await browser.signs_in("authenticator@example.com")
    return browser


async def shipped(market: World, buyer: Person, seller: Person) -> str:
    order_id = await market.order(buyer, seller)
    await market.move(order_id, "shipment", seller, json=PARCEL)
    return order_id


async def scan(browser: Browser, number: str) -> Shown:
    page = await browser.opens("/warehouse")
    return await browser.sends(page.form("/warehouse"), number=number)


async def claimed(market: World, browser: Browser, order_id: str) -> Shown:
    await scan(browser, order_id)
    await market.workers.settle()
    pair = await browser.opens(f"/warehouse/{order_id}")
    return await browser.sends(pair.form(f"/warehouse/{order_id}/claim"))


@pytest.mark.parametrize("hyphen", ["-", "", "'", "ß"])
def test_number_is_read_however_a_scanner_types_its_hyphens(hyphen: str) -> None:
    number = "01890a5e-0c12-7d33-8a4e-1c2d3e4f5a6b"
    typed = f" https://solebook.example/orders/{number.upper().replace('-', hyphen)}\n"
    assert str(order_number(typed)) == number
    with pytest.raises(InvalidText):
        order_number(number[:-1])


async def test_pair_is_received_reviewed_and_sent(
    market: World, inside: Browser, buyer: Person, seller: Person
) -> None:
    order_id = await shipped(market, buyer, seller)
    path = f"/warehouse/{order_id}"
    received = await scan(inside, order_id.upper())
    assert f'role="status"><b>Received:</b> <a href="{path}"' in received.answer.text
    opening = await inside.opens(path)
    assert opening.answer.headers["Refresh"] == "1"
    await market.workers.settle()
    assert path in (await inside.opens("/warehouse")).answer.text

    pair = await inside.opens(path)
    review = await inside.sends(pair.form(f"{path}/claim"))
    assert "Claimed by you, until" in review.text
    assert 'data-left="1800"' in review.answer.text
    sure = await inside.sends_files(review.form(f"{path}/review"), [PHOTO], **FOUND, do="look")
    assert "This cannot be undone" in sure.text
    assert "Photos 1" in sure.text
    given = await inside.sends(sure.form(f"{path}/review"), do="give")
    assert given.path == path
    await market.workers.settle()

    pair = await inside.opens("/warehouse?view=to_send")
    assert path in pair.answer.text
    pair = await inside.opens(path)
    assert "1 Main Street" in pair.text
    sent = await inside.sends(pair.form(f"{path}/dispatch"), **PARCEL)
    assert "On its way to the buyer" in sent.text
    assert path in (await inside.opens("/warehouse?view=passed")).answer.text


async def test_scan_says_what_is_wrong_and_keeps_what_was_typed(
    market: World, inside: Browser, buyer: Person, seller: Person
) -> None:
    unreadable = await scan(inside, "4006381333931")
    assert unreadable.status == 422
    assert 'value="4006381333931"' in unreadable.answer.text
    assert (await scan(inside, market.product_id)).status == 404
    early = await scan(inside, await market.order(buyer, seller))
    assert early.status == 409
    assert "The seller has not shipped this pair yet" in early.text


async def test_pair_that_is_scanned_again_is_shown(
    market: World, inside: Browser, buyer: Person, seller: Person
) -> None:
    order_id = await shipped(market, buyer, seller)
    await scan(inside, order_id)
    again = await scan(inside, order_id)
    assert again.path == f"/warehouse/{order_id}"
    assert "This pair was received before" in again.text


async def test_reason_may_have_several_lines(
    market: World, inside: Browser, buyer: Person, seller: Person
) -> None:
    order_id = await shipped(market, buyer, seller)
    path = f"/warehouse/{order_id}"
    form = (await claimed(market, inside, order_id)).form(f"{path}/review")
    sure = await inside.sends(form, verdict="fail", reason="The sole\r\npeels", do="look")
    given = await inside.sends(sure.form(f"{path}/review"), do="give")
    assert "The sole peels" in given.text


async def test_refused_verdict_shows_all_that_was_typed(
    market: World, inside: Browser, buyer: Person, seller: Person
) -> None:
    order_id = await shipped(market, buyer, seller)
    review = await claimed(market, inside, order_id)
    form = review.form(f"/warehouse/{order_id}/review")

    neither = await inside.sends(form, do="look")
    assert "Verdict is missing: tell whether the pair is authentic." in neither.text
    half = await inside.sends(form, box_condition="yes", verdict="fail", reason=" ", do="look")
    assert half.status == 422
    assert 'value="fail" accesskey="n" checked' in half.answer.text
    neither = await inside.sends(form, reason="The sole peels", do="look")
    assert neither.status == 422
    assert ">The sole peels</textarea>" in neither.answer.text


async def test_claim_that_ran_out_while_one_typed_loses_nothing(
    market: World, inside: Browser, buyer: Person, seller: Person
) -> None:
    order_id = await shipped(market, buyer, seller)
    path = f"/warehouse/{order_id}"
    form = (await claimed(market, inside, order_id)).form(f"{path}/review")
    await market.pass_of_time(timedelta(minutes=31))
    other = await market.person("other", Role.AUTHENTICATOR)
    task = await market.task_of(order_id, other)
    await market.ok("POST", f"/v1/authentication/tasks/{task}/claim", other)
    fail = {"verdict": "fail", "reason": "The sole peels"}

    taken = await inside.sends(form, **fail, do="look")
    taken = await inside.sends(taken.form(f"{path}/review"), **fail, do="give")
    assert taken.status == 409
    assert "Somebody else has claimed this pair" in taken.text
    assert ">The sole peels</textarea>" in taken.answer.text

    await market.pass_of_time(timedelta(minutes=31))
    again = await inside.sends(taken.form(f"{path}/review"), **fail, do="claim")
    assert "Claimed by you, until" in again.text
    assert ">The sole peels</textarea>" in again.answer.text


async def test_party_to_the_order_can_do_nothing_in_the_warehouse(
    market: World, browser: Browser, buyer: Person
) -> None:
    seller = await market.seller("both")
    order_id = await shipped(market, buyer, seller)
    await market.application.users.set_roles(
        ROOT,
        UserId(UUID(seller.id)),
        roles=frozenset({Role.SELLER, Role.AUTHENTICATOR}),
        reason="as agreed",
    )
    await browser.signs_in("both@example.com")
    assert (await scan(browser, order_id)).status == 403
    assert (
        f"/warehouse/{order_id}/receipt"
        not in (await browser.opens(f"/warehouse/{order_id}")).answer.text
    )


async def test_others_have_no_warehouse(browser: Browser, market: World, buyer: Person) -> None:
    await browser.signs_in("buyer@example.com")
    assert (await browser.opens("/warehouse")).status == 403
    assert 'href="/warehouse"' not in (await browser.opens("/")).answer.text


async def test_photos_are_added_with_all_that_was_typed_and_once(
    market: World, inside: Browser, buyer: Person, seller: Person
) -> None:
    order_id = await shipped(market, buyer, seller)
    path = f"/warehouse/{order_id}"
    form = (await claimed(market, inside, order_id)).form(f"{path}/review")
    typed = {"size_verification": "yes", "reason": "The sole peels"}

    two = [PHOTO, PHOTO + b" from behind"]
    added = await inside.sends_files(form, two, **typed, do="photos")
    added = await inside.sends_files(added.form(f"{path}/review"), two, **typed, do="photos")
    shown = re.findall(f'src="({path}/photos/[^"]+)"', added.answer.text)
    assert len(shown) == 2
    assert ">The sole peels</textarea>" in added.answer.text
    assert added.answer.text.count(" checked") == 1
    photo = await inside.opens(shown[0])
    assert photo.answer.content == PHOTO
    assert photo.answer.headers["content-type"] == "image/jpeg"
    cache, tag = photo.answer.headers["cache-control"], photo.answer.headers["etag"]
    assert {"private", "no-cache"} <= set(cache.split(", "))
    assert await inside.status("GET", shown[0], {"If-None-Match": tag}) == 304

    unwanted = shown[0].rpartition("/")[2].partition("?")[0]
    fewer = await inside.sends_files(added.form(f"{path}/review"), [], **typed, remove=unwanted)
    assert re.findall(f'src="({path}/photos/[^"]+)"', fewer.answer.text) == shown[1:]
    assert await inside.status("GET", shown[0], {"If-None-Match": tag}) == 404


async def test_dispute_shows_the_photos_of_its_pair_and_tells_the_bank_of_them(
    market: World, inside: Browser, buyer: Person, seller: Person
) -> None:
    order_id = await shipped(market, buyer, seller)
    path = f"/warehouse/{order_id}"
    form = (await claimed(market, inside, order_id)).form(f"{path}/review")
    sure = await inside.sends_files(form, [PHOTO], **FOUND, do="look")
    await inside.sends(sure.form(f"{path}/review"), do="give")
    await market.workers.settle()
    dispute_id = await disputed(market, order_id)

    await inside.signs_in("admin@example.com")
    shown = await inside.opens(f"/admin/disputes/{dispute_id}")

    assert "that we keep, and show on request: 1." in shown.text
    [photo] = re.findall(f'src="({path}/photos/[^"]+)"', shown.answer.text)
    assert (await inside.opens(photo)).status == 200


async def disputed(market: World, order_id: str) -> str:
    store = market.application.adapters.store
    payment = await store.payments.find(OrderId(UUID(order_id)))
    assert payment is not None
    assert payment.charge_id is not None
    await ProviderPages(market.application).dispute(payment.charge_id, 5_000)
    await market.workers.settle()
    [dispute] = (await store.disputes.page(PageRequest())).items
    return str(dispute.id)


async def test_file_that_is_no_photo_is_refused_with_all_that_was_typed(
    market: World, inside: Browser, buyer: Person, seller: Person
) -> None:
    order_id = await shipped(market, buyer, seller)
    path = f"/warehouse/{order_id}"
    form = (await claimed(market, inside, order_id)).form(f"{path}/review")
    for content in (b"<svg/>", PHOTO + bytes(1_000_000)):
        refused = await inside.sends_files(form, [content], reason="Peels", do="photos")
        assert refused.status == 422
        assert ">Peels</textarea>" in refused.answer.text
        assert "<img" not in refused.answer.text


async def test_photos_are_shown_to_no_party_and_kept_of_no_stranger(
    market: World, inside: Browser, buyer: Person, seller: Person
) -> None:
    order_id = await shipped(market, buyer, seller)
    path = f"/warehouse/{order_id}"
    form = (await claimed(market, inside, order_id)).form(f"{path}/review")
    added = await inside.sends_files(form, [PHOTO], do="photos")
    [shown] = re.findall(f'src="({path}/photos/[^"]+)"', added.answer.text)

    await inside.signs_in("seller@example.com")
    assert (await inside.opens(shown)).status == 403
    large = [PHOTO + bytes(20_000)]
    assert (await inside.sends_files(form, large, do="photos")).status == 409
    inside.cookies.clear()
    typed = {"reason": "The sole peels", "verdict": "fail"}
    asked = await inside.sends_files(form, large, do="photos", **typed)
    assert asked.status == 401
    assert asked.form("/sign-in").fields["kept.reason"] == "The sole peels"
    signed_in = {"email": "authenticator@example.com", "password": PASSWORD}
    ready = await inside.sends(asked.form("/sign-in"), **signed_in)
    again = await inside.sends(ready.forms[-1])
    assert ">The sole peels</textarea>" in again.answer.text
    assert len(re.findall(f'src="({path}/photos/[^"]+)"', again.answer.text)) == 1
