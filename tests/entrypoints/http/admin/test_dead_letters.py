"""Dead letters over HTTP."""

from uuid import uuid4

import pytest

from solebook.entrypoints.http.routes.admin.dead_letters import shown_error
from solebook.ports.language.events import UserRegistered
from solebook.ports.language.ids import MessageId, UserId
from solebook.ports.language.messages import Delivery, Message, Queue

from ..world import Person, World

WHY = {"reason": "the template is mended"}


async def bury(world: World, error: str = "KeyError: 'x'") -> Delivery:
    """Have one dead letter."""
    adapters, now = world.application.adapters, world.clock.now()
    event = UserRegistered(UserId(adapters.ids.new()))
    message = Message(MessageId(adapters.ids.new()), event.key, event, now)
    consumer = "notifications.notify:user.registered"
    letter_id, queue = MessageId(adapters.ids.new()), Queue.LETTERS
    letter = Delivery(letter_id, consumer, message, 15, now, error, queue, dead=True)
    async with adapters.store.transaction():
        await adapters.store.deliveries.put(letter)
    return letter


async def test_dead_letters_are_paged_without_personal_data(world: World, admin: Person) -> None:
    letters = [await bury(world, f"KeyError: 'buyer-{n}@example.com'") for n in range(3)]
    page = await world.ok("GET", "/v1/admin/dead-letters", admin, params={"limit": "2"})
    rest = await world.ok(
        "GET", "/v1/admin/dead-letters", admin, params={"cursor": page["next_cursor"]}
    )
    shown = page["items"] + rest["items"]
    assert [letter["id"] for letter in shown] == [str(letter.id) for letter in letters[::-1]]
    assert shown[0] == {
        "id": str(letters[2].id),
        "subject": "user.registered",
        "about": letters[2].message.key,
        "consumer": "notifications.notify:user.registered",
        "error": "KeyError",
        "attempts": 15,
        "occurred_at": world.clock.now().isoformat().replace("+00:00", "Z"),
    }
    assert "example.com" not in str(shown)
    assert "Somebody" not in str(shown)


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("Unavailable: the store is unavailable", "Unavailable: the store is unavailable"),
        ("EmailTaken: a user with the email a@example.com exists already", "EmailTaken"),
        ("AssertionError: UserRegistered(first_name='Test')", "AssertionError"),
        ("TimeoutError", "TimeoutError"),
    ],
)
def test_an_errors_text_is_shown_where_it_names_nobody(error: str, shown: str) -> None:
    assert shown_error(error) == shown


async def test_a_dead_letter_is_replayed_once_with_an_entry(world: World, admin: Person) -> None:
    letter = await bury(world)
    path = f"/v1/admin/dead-letters/{letter.id}/replay"
    key = {"Idempotency-Key": "again"}
    first = await world.post(path, admin, json=WHY, headers=key)
    assert first.status_code == 200
    assert (first.json()["id"], first.json()["attempts"]) == (str(letter.id), 0)
    again = await world.post(path, admin, json=WHY, headers=key)
    assert (again.status_code, again.json()) == (200, first.json())
    assert (await world.post(path, admin, json=WHY)).status_code == 404
    assert (await world.ok("GET", "/v1/admin/dead-letters", admin))["items"] == []
    entries = await world.ok("GET", "/v1/admin/audit", admin, params={"target_id": str(letter.id)})
    [entry] = entries["items"]
    assert (entry["action"], entry["actor_id"]) == ("dead_letter_replayed", admin.id)
    assert entry["reason"] == WHY["reason"]


async def test_no_dead_letter_is_replayed_without_a_reason(world: World, admin: Person) -> None:
    letter = await bury(world)
    path = f"/v1/admin/dead-letters/{letter.id}/replay"
    for body in ({}, {"reason": ""}, {"reason": "a\nb"}):
        assert (await world.post(path, admin, json=body)).status_code in (400, 422)
    assert (
        await world.post(f"/v1/admin/dead-letters/{uuid4()}/replay", admin, json=WHY)
    ).status_code == 404
    assert len((await world.ok("GET", "/v1/admin/dead-letters", admin))["items"]) == 1
