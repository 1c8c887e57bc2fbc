"""Users choose their letters by links in them. A link shows a page, and only a POST acts."""

import re
from datetime import timedelta

import pytest

from solebook.adapters.memory.messengers import MemoryMailer
from solebook.ports.language.mail import Mail

from .world import Person, World

PREFERENCES = "/v1/users/me/notification-preferences"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
HOST = "http://127.0.0.1:8000"


async def welcomed(world: World, name: str = "person") -> tuple[Person, Mail]:
    person = await world.person(name)
    await world.workers.settle()
    mailer = world.application.adapters.mailer
    assert isinstance(mailer, MemoryMailer)
    return person, mailer.sent[-1]


def choices(mail: Mail) -> str:
    """Return the path of the link to all kinds, with its token."""
    found = re.search(rf"{HOST}(/account/letters\?token=\S+)", mail.text)
    assert found, mail.text
    return found[1]


def unsubscribing(mail: Mail) -> str:
    assert mail.unsubscribe_url is not None
    return mail.unsubscribe_url.removeprefix(HOST)


def token_of(path: str) -> str:
    return path.partition("?token=")[2]


async def mailed(world: World, person: Person) -> set[str]:
    channels = (await world.ok("GET", PREFERENCES, person))["channels"]
    return {kind for kind, chosen in channels.items() if "email" in chosen}


@pytest.mark.parametrize("posted", ["one click", "multipart", "button"])
async def test_one_post_unsubscribes_from_the_kind_of_the_letter_and_nothing_else(
    world: World, posted: str
) -> None:
    person, mail = await welcomed(world)
    before, path = await mailed(world, person), unsubscribing(mail)
    for _ in range(2):  # as programs do that look at mail
        shown = await world.get(path)
        assert (shown.status_code, token_of(path) in shown.text) == (200, True)
    assert await mailed(world, person) == before
    for _ in range(2):
        match posted:
            case "one click":
                answer = await world.post(path, data=ONE_CLICK)
            case "multipart":
                files = {name: (None, value) for name, value in ONE_CLICK.items()}
                answer = await world.post(path, files=files)
            case _:
                answer = await world.post("/account/unsubscribe", data={"token": token_of(path)})
        assert (answer.status_code, "welcome" in answer.text) == (200, True)
    assert await mailed(world, person) == before - {"welcome"}
    channels = (await world.ok("GET", PREFERENCES, person))["channels"]
    assert channels["welcome"] == ["in_app", "push"]


async def test_a_page_chooses_among_all_kinds_what_comes_by_mail(world: World) -> None:
    person, mail = await welcomed(world)
    path = choices(mail)
    page = (await world.get(path)).text
    assert (
        page.count(" checked>") == page.count("type='checkbox'") == len(await mailed(world, person))
    )
    assert "password_reset" not in page
    kept = {"token": token_of(path), "sale_confirmed": "on", "password_reset": "on"}
    assert (await world.post("/account/letters", data=kept)).status_code == 200
    assert await mailed(world, person) == {"sale_confirmed"}
    assert (await world.get(path)).text.count(" checked>") == 1


async def test_a_forged_a_foreign_and_an_old_link_choose_nothing(world: World) -> None:
    person, mail = await welcomed(world)
    _, others = await welcomed(world, "other")
    all_kinds, one_kind = token_of(choices(mail)), token_of(unsubscribing(mail))
    purpose, user_id, day, signature = all_kinds.split(".")
    theirs = token_of(choices(others)).split(".")[3]
    forged = [
        "",
        "letters",
        one_kind,
        f"letters.{user_id}.{day}.{theirs}",
        f"letters.{theirs}.{day}.{signature}",
        f"letters.{user_id}.{int(day) + 1}.{signature}",
        f"letters.{user_id}.{day}.\u00e4",
        f"letters.{user_id}.{'9' * 5000}.{signature}",
    ]
    for token in forged:
        assert (await world.post("/account/letters", data={"token": token})).status_code == 410
    for token in (all_kinds, f"password_reset.{user_id}.{day}.{signature}", ""):
        answer = await world.post("/account/unsubscribe", data={"token": token})
        assert answer.status_code == 410
    await world.clock.advance(timedelta(days=31))
    answer = await world.post("/account/letters", data={"token": all_kinds})
    assert (purpose, answer.status_code) == ("letters", 410)
    await world.sign_in(person)
    assert "welcome" in await mailed(world, person)
    answer = await world.post("/account/unsubscribe", data={"token": one_kind})
    assert answer.status_code == 200  # somebody may read a letter years later


async def test_letters_to_an_earlier_email_choose_nothing(world: World) -> None:
    person, mail = await welcomed(world)
    users = world.application.adapters.store.users
    async with world.application.adapters.store.transaction():
        [user] = [await users.find_by_email("person@example.com")]
        assert user is not None
    await world.ok(
        "PUT",
        "/v1/users/me/email",
        person,
        json={"email": "new@example.com", "password": "correct horse battery"},
    )
    for path in (choices(mail), unsubscribing(mail)):
        answer = await world.post(path.partition("?")[0], data={"token": token_of(path)})
        assert answer.status_code == 410
