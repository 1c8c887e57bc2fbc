"""Signing in, staying signed in, signing out."""

from datetime import timedelta

from ...served import PASSWORD
from .world import Person, World


async def test_signing_in_gives_tokens(world: World) -> None:
    await world.person("person")
    answer = await world.post(
        "/v1/sessions", json={"email": "PERSON@example.com", "password": PASSWORD}
    )
    assert answer.status_code == 201
    tokens = answer.json()
    assert set(tokens) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)


async def test_a_wrong_password_and_an_unknown_email_get_the_same_answer(world: World) -> None:
    await world.person("person")
    answers = [
        await world.post("/v1/sessions", json={"email": email, "password": password})
        for email, password in (("person@example.com", "wrong"), ("nobody@example.com", PASSWORD))
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()
    assert answers[0].headers["www-authenticate"] == "Bearer"


async def test_a_refresh_token_is_good_once(world: World) -> None:
    await world.person("person")
    credentials = {"email": "person@example.com", "password": PASSWORD}
    first = await world.ok("POST", "/v1/sessions", json=credentials)
    body = {"refresh_token": first["refresh_token"]}
    second = await world.ok("POST", "/v1/sessions/refresh", json=body)
    thief = Person("thief", headers={"Authorization": f"Bearer {second['access_token']}"})
    assert (await world.get("/v1/users/me", thief)).status_code == 200

    again = await world.post("/v1/sessions/refresh", json=body)
    assert (again.status_code, again.json()["type"]) == (401, "/problems/invalid-token")
    assert (await world.get("/v1/users/me", thief)).status_code == 401


async def test_signing_out_ends_the_session(world: World) -> None:
    person = await world.person("person")
    assert (await world.call("DELETE", "/v1/sessions/current", person)).status_code == 204
    answer = await world.get("/v1/users/me", person)
    assert (answer.status_code, answer.json()["problem"]) == (401, "revoked")


async def test_an_access_token_expires(world: World) -> None:
    person = await world.person("person")
    await world.clock.advance(timedelta(minutes=15))
    answer = await world.get("/v1/users/me", person)
    assert (answer.status_code, answer.json()["problem"]) == (401, "expired")


async def test_a_token_that_is_none_is_refused_with_how_to_send_one(world: World) -> None:
    for header in (b"", b"Bearer", b"Bearer ", b"Bearer x", b"Basic eDp5", b"Bearer \xff\xfe"):
        headers = {b"Authorization": header} if header else {}
        answer = await world.client.get("/v1/users/me", headers=headers)
        assert answer.status_code == 401, header
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
        assert answer.headers["content-type"] == "application/problem+json"
