"""Authentication tasks over HTTP."""

from uuid import uuid4

import pytest

from solebook.ports.language.users import Role

from .world import CHECKS, PARCEL, PASS, Person, World


@pytest.fixture
async def task(market: World, buyer: Person, seller: Person, authenticator: Person) -> str:
    """The path of the task of a pair that was received."""
    order_id = await market.order(buyer, seller)
    await market.move(order_id, "shipment", seller, json=PARCEL)
    await market.move(order_id, "receipt", authenticator)
    return f"/v1/authentication/tasks/{await market.task_of(order_id, authenticator)}"


async def test_tasks_are_listed_by_status_and_tell_no_parties(
    market: World, authenticator: Person, admin: Person, task: str
) -> None:
    received = await market.ok("GET", "/v1/authentication/tasks?status=received", admin)
    [listed] = received["items"]
    assert listed == await market.ok("GET", task, authenticator)
    assert not {"buyer_id", "seller_id"} & set(listed)
    failed = await market.ok("GET", "/v1/authentication/tasks?status=failed", authenticator)
    assert failed["items"] == []
    answer = await market.get(f"/v1/authentication/tasks/{uuid4()}", authenticator)
    assert answer.status_code == 404


async def test_a_claimed_task_is_nobody_elses(
    market: World, authenticator: Person, task: str
) -> None:
    other = await market.person("other", Role.AUTHENTICATOR)
    claimed = await market.ok("POST", f"{task}/claim", authenticator)
    answer = await market.post(f"{task}/claim", other)
    assert (answer.status_code, answer.json()["until"]) == (409, claimed["lease_until"])
    assert (await market.post(f"{task}/verdict", other, PASS)).status_code == 409


async def test_a_party_does_not_judge_their_own_pair(market: World, task: str) -> None:
    seller, admin = market.people["seller"], market.people["admin"]
    await market.ok(
        "PUT",
        f"/v1/users/{seller.id}/roles",
        admin,
        json={"roles": ["seller", "authenticator"], "reason": "as agreed"},
    )
    await market.sign_in(seller)
    answer = await market.post(f"{task}/claim", seller)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/party-to-the-order")


async def test_a_verdict_brings_its_evidence(
    market: World, authenticator: Person, task: str
) -> None:
    await market.ok("POST", f"{task}/claim", authenticator)
    senseless: list[tuple[dict[str, object], int]] = [
        ({**PASS, "photos": []}, 422),
        ({**PASS, "checks": {**CHECKS, "box_condition": False}}, 422),
        ({**PASS, "passed": False}, 422),
        ({**PASS, "photos": ["nowhere"]}, 422),
        ({**PASS, "photos": ["https://photos.example.com/1.jpg"] * 21}, 400),
        ({"passed": True}, 400),
    ]
    answers = [
        (verdict, (await market.post(f"{task}/verdict", authenticator, verdict)).status_code)
        for verdict, _ in senseless
    ]
    assert answers == senseless
    assert (await market.ok("GET", task, authenticator))["status"] == "in_review"


async def test_a_verdict_stands(market: World, authenticator: Person, task: str) -> None:
    await market.ok("POST", f"{task}/claim", authenticator)
    given = await market.ok("POST", f"{task}/verdict", authenticator, json=PASS)
    assert await market.ok("POST", f"{task}/verdict", authenticator, json=PASS) == given
    fail = {**PASS, "passed": False, "reason": "It smells of glue."}
    answer = await market.post(f"{task}/verdict", authenticator, fail)
    assert (answer.status_code, answer.json()["passed"]) == (409, True)


PHOTO = b"\xff\xd8\xff a shoe"
JPEG = {"Content-Type": "image/jpeg"}


async def test_photos_of_a_review_are_kept_once_and_are_enough_for_a_pass(
    market: World, authenticator: Person, admin: Person, task: str
) -> None:
    refused = await market.post(f"{task}/photos", authenticator, content=PHOTO, headers=JPEG)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/task-not-open")
    await market.ok("POST", f"{task}/claim", authenticator)

    one = await market.ok("POST", f"{task}/photos", authenticator, content=PHOTO, headers=JPEG)
    again = await market.ok("POST", f"{task}/photos", authenticator, content=PHOTO, headers=JPEG)
    other = await market.ok(
        "POST", f"{task}/photos", authenticator, content=PHOTO + b"2", headers=JPEG
    )
    assert again == one
    shown = await market.ok("GET", f"{task}/photos", admin)
    assert sorted(photo["id"] for photo in shown) == sorted([one["id"], other["id"]])
    for _ in range(2):
        await market.ok("DELETE", f"{task}/photos/{other['id']}", authenticator)
    assert await market.ok("GET", f"{task}/photos", admin) == [one]
    for size in ("full", "small"):
        photo = await market.get(f"{task}/photos/{one['id']}?size={size}", admin)
        assert (photo.content, photo.headers["content-type"]) == (PHOTO, "image/jpeg")

    await market.ok("POST", f"{task}/verdict", authenticator, json={**PASS, "photos": []})
    late = await market.call("DELETE", f"{task}/photos/{one['id']}", authenticator)
    assert late.status_code == 409


async def test_a_file_that_cannot_be_kept_is_refused(
    market: World, authenticator: Person, task: str
) -> None:
    await market.ok("POST", f"{task}/claim", authenticator)
    path = f"{task}/photos"
    for content in (b"<svg/>", b"", PHOTO + bytes(1_000_000)):
        answer = await market.post(path, authenticator, content=content, headers=JPEG)
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-photo")
    answer = await market.post(
        path, authenticator, content=PHOTO, headers={"Content-Type": "image/gif"}
    )
    assert answer.status_code == 415
    for number in range(20):
        content = PHOTO + bytes([number])
        await market.ok("POST", path, authenticator, content=content, headers=JPEG)
    answer = await market.post(path, authenticator, content=PHOTO, headers=JPEG)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/out-of-range")


async def test_photos_are_no_business_of_parties_and_of_whoever_has_not_claimed(
    market: World, authenticator: Person, task: str
) -> None:
    await market.ok("POST", f"{task}/claim", authenticator)
    one = await market.ok("POST", f"{task}/photos", authenticator, content=PHOTO, headers=JPEG)
    other = await market.person("other", Role.AUTHENTICATOR)
    for method, path in (("POST", "photos"), ("DELETE", f"photos/{one['id']}")):
        answer = await market.call(method, f"{task}/{path}", other, content=PHOTO, headers=JPEG)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/task-claimed")
    seller, admin = market.people["seller"], market.people["admin"]
    roles = {"roles": ["seller", "authenticator"], "reason": "as agreed"}
    await market.ok("PUT", f"/v1/users/{seller.id}/roles", admin, json=roles)
    await market.sign_in(seller)
    assert (await market.get(f"{task}/photos", seller)).status_code == 403
    assert (await market.get(f"{task}/photos/{one['id']}", seller)).status_code == 403
