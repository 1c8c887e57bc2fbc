"""Tokens of services: issued, scoped, revoked."""

from datetime import timedelta
from typing import Any

import pytest

from solebook.core.users.issue_api_token import IssuedApiToken
from solebook.core.users.session_tokens import token_hash
from solebook.core.users.token_texts import token_text
from solebook.ports.language.api_tokens import Caller
from solebook.ports.language.audit import AuditAction
from solebook.ports.language.errors import (
    Forbidden,
    InvalidText,
    InvalidToken,
    NotFound,
    OutOfRange,
)
from solebook.ports.language.ids import UserId
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import OPERATOR, Actor, Role, User

from .accounts import Accounts

SCOPES = ("OrderService", "PaymentService.ProcessPayment")


async def issue(accounts: Accounts, **arguments: Any) -> IssuedApiToken:
    asked = {"name": "warehouse", "scopes": SCOPES, "reason": "its own program"} | arguments
    return await accounts.users.issue_api_token(OPERATOR, **asked)


async def test_a_token_is_stored_as_a_hash_and_shown_once(accounts: Accounts) -> None:
    issued = await issue(accounts)

    stored = await accounts.store.api_tokens.get(issued.record.id)
    assert stored == issued.record
    assert stored.token_hash == token_hash(issued.token)
    assert issued.token not in repr(issued)
    assert stored.token_hash not in repr(stored)
    assert stored.expires_at is None


async def test_the_audit_log_says_who_issued_and_revoked_it_and_why(accounts: Accounts) -> None:
    issued = await issue(accounts)
    await accounts.users.revoke_api_token(OPERATOR, issued.record.id, reason="it leaked")

    page = await accounts.store.audit_log.page(PageRequest(), target_id=issued.record.id)
    revoked, given = (entry.act for entry in page.items)
    assert (given.action, given.reason) == (AuditAction.API_TOKEN_ISSUED, "its own program")
    assert given.facts == {"scopes": SCOPES}
    assert (revoked.action, revoked.reason) == (AuditAction.API_TOKEN_REVOKED, "it leaked")
    assert issued.token not in repr(page)


@pytest.mark.parametrize(
    ("call", "allowed"),
    [
        ("OrderService.GetOrder", True),
        ("OrderService.CancelOrder", True),
        ("PaymentService.ProcessPayment", True),
        ("PaymentService.CreatePayout", False),
        ("UserService.Login", False),
    ],
)
async def test_a_token_allows_the_calls_of_its_scopes(
    accounts: Accounts, call: str, allowed: bool
) -> None:
    issued = await issue(accounts)

    caller = await accounts.users.authenticate_caller(issued.token)

    assert issued.record.allows(call, None) is allowed
    if allowed:
        caller.check_may(call, None)
    else:
        with pytest.raises(Forbidden):
            caller.check_may(call, None)


async def test_a_service_acts_for_the_user_that_it_names_with_their_roles_of_now(
    accounts: Accounts, buyer: User
) -> None:
    issued = await issue(accounts)
    authenticate = accounts.users.authenticate_caller

    assert await authenticate(issued.token) == Caller(None, issued.record)
    seen = await authenticate(issued.token, acting_for=buyer.id)
    assert seen.actor == Actor(buyer.id, frozenset({Role.BUYER}), issued.record.id)
    await accounts.users.set_roles(OPERATOR, buyer.id, roles=frozenset({Role.AUTHENTICATOR}))
    seen = await authenticate(issued.token, acting_for=buyer.id)
    assert seen.actor == Actor(buyer.id, frozenset({Role.AUTHENTICATOR}), issued.record.id)
    with pytest.raises(NotFound):
        await authenticate(issued.token, acting_for=UserId(issued.record.id))


async def test_a_signed_in_user_calls_for_nobody_else(accounts: Accounts, buyer: User) -> None:
    signed_in = await accounts.enter()
    other = await accounts.join("buyer-2@example.com")
    authenticate = accounts.users.authenticate_caller

    caller = await authenticate(signed_in.access_token)
    assert caller == Caller(Actor(buyer.id, buyer.roles))
    caller.check_may("OrderService.GetOrder", None)  # scopes are for programs
    assert await authenticate(signed_in.access_token, acting_for=buyer.id) == caller
    with pytest.raises(Forbidden):
        await authenticate(signed_in.access_token, acting_for=other.id)


async def test_a_token_ends_when_it_expires_or_is_revoked(accounts: Accounts) -> None:
    brief, revoked = await issue(accounts, days=1), await issue(accounts)
    authenticate = accounts.users.authenticate_caller
    await accounts.users.revoke_api_token(OPERATOR, revoked.record.id, reason="it leaked")

    with pytest.raises(InvalidToken, match="revoked"):
        await authenticate(revoked.token)
    await accounts.clock.advance(timedelta(days=1) - timedelta(microseconds=1))
    await authenticate(brief.token)
    await accounts.clock.advance(timedelta(microseconds=1))
    with pytest.raises(InvalidToken, match="expired"):
        await authenticate(brief.token)
    forged = token_text(brief.record.id, "guessed")
    for unknown in ("sole_unknown", "sole_\ud800", "unknown", forged):
        with pytest.raises(InvalidToken):
            await authenticate(unknown)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"name": " "}, InvalidText),
        ({"scopes": ()}, InvalidText),
        ({"scopes": ("Order Service",)}, InvalidText),
        ({"scopes": ("A.B.C",)}, InvalidText),
        ({"reason": ""}, InvalidText),
        ({"days": 0}, OutOfRange),
        ({"days": 3_651}, OutOfRange),
    ],
)
async def test_nothing_wrong_is_issued(
    accounts: Accounts, wrong: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await issue(accounts, **wrong)
    assert (await accounts.users.list_api_tokens(OPERATOR, PageRequest())).items == ()


async def test_only_admins_issue_list_and_revoke(accounts: Accounts, buyer: User) -> None:
    issued = await issue(accounts)
    actor = Actor(buyer.id, buyer.roles)
    use_cases = accounts.users

    with pytest.raises(Forbidden):
        await use_cases.issue_api_token(actor, name="mine", scopes=SCOPES, reason="please")
    with pytest.raises(Forbidden):
        await use_cases.revoke_api_token(actor, issued.record.id, reason="please")
    with pytest.raises(Forbidden):
        await use_cases.list_api_tokens(actor, PageRequest())
    assert (await use_cases.list_api_tokens(OPERATOR, PageRequest())).items == (issued.record,)
