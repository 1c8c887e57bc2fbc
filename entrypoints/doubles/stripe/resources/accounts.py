"""Connected accounts and the links with which they are completed."""

from typing import Any

from ..calls import LISTED, Call, Request, address
from ..errors import ApiError, missing_parameter
from ..fields import Fields, anything, choice, currency, flag, group, integer, metadata, text
from ..lists import page
from ..state import Object, State
from .shared import merge_metadata

_WANTED = (
    "business_profile.url",
    "external_account",
    "individual.dob.day",
    "individual.first_name",
    "individual.last_name",
    "tos_acceptance.date",
    "tos_acceptance.ip",
)
"""What a new account must tell before it can be paid."""
_LINK_LIFE = 300
_TYPES = {"express": "express", "none": "none"}
"""The type of an account by the dashboard that its controller gives it."""
CAPABILITIES = ("card_payments", "transfers")
CURRENCIES = {"US": "usd", "CA": "cad", "GB": "gbp", "AU": "aud", "JP": "jpy", "CH": "chf"}
"""Currencies of countries; others have the euro."""


def no_access(ident: str) -> ApiError:
    """Return the error for an account that is not connected."""
    return ApiError(
        f"The provided key does not have access to account '{ident}' (or that account does not "
        "exist). Application access may have been revoked.",
        status=403,
        code="account_invalid",
    )


def account_of(state: State, ident: str) -> Object:
    """Return a connected account. Raises ApiError."""
    found = state.of("account").get(ident)
    if found is None or found.get("deleted"):
        raise no_access(ident)
    return found


def _create(request: Request) -> Object:
    state, form = request.state, request.form
    if "type" in form and "controller" in form:
        raise ApiError(
            "You may only specify one of these parameters: type, controller.",
            code="parameters_exclusive",
        )
    country = form.get("country", "US").upper()
    account: Object = {
        "id": state.new_id("acct", 16),
        "object": "account",
        "business_profile": dict.fromkeys(_PROFILE) | form.get("business_profile", {}),
        "business_type": form.get("business_type"),
        "capabilities": {},
        "charges_enabled": False,
        "controller": _controller(form),
        "country": country,
        "created": state.second,
        "default_currency": form.get("default_currency", CURRENCIES.get(country, "eur")),
        "details_submitted": False,
        "email": form.get("email"),
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "total_count": 0,
            "url": "",
        },
        "future_requirements": _requirements([], None),
        "metadata": {},
        "payouts_enabled": False,
        "requirements": _requirements(list(_WANTED), "requirements.past_due"),
        "settings": _settings(form),
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": _type(form),
    }
    account["external_accounts"]["url"] = f"/v1/accounts/{account['id']}/external_accounts"
    for name, wanted in form.get("capabilities", {}).items():
        if wanted.get("requested"):
            account["capabilities"][name] = "inactive"
    merge_metadata(request, account)
    state.add(account)
    return account


def _controller(form: Any) -> Object:
    if "controller" in form:
        given = form["controller"]
        return {
            "fees": {"payer": "account"} | given.get("fees", {}),
            "is_controller": True,
            "losses": {"payments": "stripe"} | given.get("losses", {}),
            "requirement_collection": given.get("requirement_collection", "stripe"),
            "stripe_dashboard": {"type": "full"} | given.get("stripe_dashboard", {}),
            "type": "application",
        }
    by_express = form.get("type") == "express"
    return {
        "fees": {"payer": "application_express" if by_express else "account"},
        "is_controller": True,
        "losses": {"payments": "application" if by_express else "stripe"},
        "requirement_collection": "stripe",
        "stripe_dashboard": {"type": form.get("type", "full").replace("custom", "none")},
        "type": "application",
    }


def _type(form: Any) -> str:
    dashboard = form.get("controller", {}).get("stripe_dashboard", {}).get("type")
    return str(
        form.get("type") or {"express": "express", "none": "none"}.get(dashboard, "standard")
    )


def _settings(form: Any) -> Object:
    schedule = {"delay_days": 2, "interval": "daily"}
    schedule |= form.get("settings", {}).get("payouts", {}).get("schedule", {})
    return {
        "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
        "card_payments": {"statement_descriptor_prefix": None},
        "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
        "payments": {"statement_descriptor": None},
        "payouts": {
            "debit_negative_balances": True,
            "schedule": schedule,
            "statement_descriptor": None,
        },
    }


def _requirements(wanted: list[str], reason: str | None) -> Object:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": wanted,
        "disabled_reason": reason,
        "errors": [],
        "eventually_due": list(wanted),
        "past_due": list(wanted),
        "pending_verification": [],
    }


def complete(state: State, account: Object) -> None:
    """Let the seller tell all that is required: the account can be paid."""
    account |= {
        "charges_enabled": account["capabilities"].get("card_payments") is not None,
        "details_submitted": True,
        "payouts_enabled": True,
        "requirements": _requirements([], None),
        "capabilities": dict.fromkeys(account["capabilities"], "active"),
        "tos_acceptance": {"date": state.second, "ip": "127.0.0.1", "user_agent": None},
    }
    if not account["external_accounts"]["data"]:
        account["external_accounts"]["data"].append(_bank_account(state, account))
        account["external_accounts"]["total_count"] = 1
    state.emit("account.updated", account, account=account["id"])


def restrict(state: State, account: Object, reason: str = "requirements.past_due") -> None:
    """Let Stripe require something more, until which the account cannot be paid."""
    account |= {
        "charges_enabled": False,
        "payouts_enabled": False,
        "requirements": _requirements(["individual.verification.document"], reason),
        "capabilities": dict.fromkeys(account["capabilities"], "inactive"),
    }
    state.emit("account.updated", account, account=account["id"])


def _bank_account(state: State, account: Object) -> Object:
    return {
        "id": state.new_id("ba"),
        "object": "bank_account",
        "account": account["id"],
        "account_holder_name": None,
        "account_holder_type": None,
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": "STRIPE TEST BANK",
        "country": account["country"],
        "currency": account["default_currency"],
        "default_for_currency": True,
        "fingerprint": state.secret(16),
        "last4": "6789",
        "metadata": {},
        "routing_number": "110000000",
        "status": "new",
    }


def _update(request: Request) -> Object:
    account = account_of(request.state, request.id)
    form = request.form
    for name in ("business_type", "email", "default_currency"):
        if name in form:
            account[name] = request.get(name)
    account["business_profile"] |= form.get("business_profile", {})
    for name, wanted in form.get("capabilities", {}).items():
        if wanted.get("requested"):
            active = "active" if account["payouts_enabled"] else "inactive"
            account["capabilities"].setdefault(name, active)
        else:
            account["capabilities"].pop(name, None)
    schedule = form.get("settings", {}).get("payouts", {}).get("schedule", {})
    account["settings"]["payouts"]["schedule"] |= schedule
    merge_metadata(request, account)
    request.state.emit("account.updated", account, account=account["id"])
    return account


def _retrieve(request: Request) -> Object:
    return account_of(request.state, request.id)


def _list(request: Request) -> Object:
    accounts = request.state.of("account").values()
    return page(request, [each for each in accounts if not each.get("deleted")], "/v1/accounts")


def _delete(request: Request) -> Object:
    account = account_of(request.state, request.id)
    sums = request.state.ledger
    if any(
        places[request.id, each]
        for places in (sums.available, sums.pending)
        for each in sums.currencies(request.id)
    ):
        raise ApiError("This account still has a balance, so it cannot be deleted.")
    account.clear()
    account.update({"id": request.id, "object": "account", "deleted": True})
    return account


def _link(request: Request) -> Object:
    state, form = request.state, request.form
    account = account_of(state, form["account"])
    needed = {"refresh_url", "return_url"} - set(form)
    if needed:
        raise missing_parameter(min(needed))
    account["_return_url"] = form["return_url"]
    return {
        "object": "account_link",
        "created": state.second,
        "expires_at": state.second + _LINK_LIFE,
        "url": f"{state.base}/_double/onboarding/{account['id']}/{state.secret(16)}",
    }


def _login(request: Request) -> Object:
    state = request.state
    account = account_of(state, request.id)
    if account["type"] != "express" or not account["details_submitted"]:
        raise ApiError("Cannot create a login link for an account that is not onboarded.")
    return {
        "object": "login_link",
        "created": state.second,
        "url": f"{state.base}/_double/onboarding/{account['id']}/{state.secret(16)}",
    }


_PROFILE: Fields = {
    "mcc": text(),
    "name": text(can_be_unset=True),
    "product_description": text(can_be_unset=True),
    "support_email": text(can_be_unset=True),
    "support_phone": text(can_be_unset=True),
    "url": text(can_be_unset=True),
}
_PERSON: Fields = {
    "address": group(address),
    "dob": anything,
    "email": text(),
    "first_name": text(),
    "last_name": text(),
    "phone": text(),
}
_REQUESTED = group({"requested": flag})
_SCHEDULE = group(
    {
        "delay_days": integer(0, 31),
        "interval": choice("daily", "manual", "monthly", "weekly"),
    }
)
_FIELDS: Fields = {
    "business_profile": group(_PROFILE),
    "business_type": choice("company", "government_entity", "individual", "non_profit"),
    "capabilities": group(dict.fromkeys(CAPABILITIES, _REQUESTED)),
    "default_currency": currency,
    "email": text(),
    "individual": group(_PERSON),
    "metadata": metadata,
    "settings": group({"payouts": group({"schedule": _SCHEDULE})}),
}
_CONTROLLER = group(
    {
        "fees": group({"payer": choice("account", "application")}),
        "losses": group({"payments": choice("application", "stripe")}),
        "requirement_collection": choice("application", "stripe"),
        "stripe_dashboard": group({"type": choice("express", "full", "none")}),
    }
)
_CREATE: Fields = {
    "controller": _CONTROLLER,
    "country": text(2),
    "type": choice("custom", "express", "standard"),
}
CALLS = (
    Call("POST", "/v1/accounts", _create, may=_FIELDS | _CREATE),
    Call("GET", "/v1/accounts", _list, may=LISTED),
    Call("GET", "/v1/accounts/*", _retrieve),
    Call("POST", "/v1/accounts/*", _update, may=_FIELDS),
    Call("DELETE", "/v1/accounts/*", _delete),
    Call("POST", "/v1/accounts/*/login_links", _login),
    Call(
        "POST",
        "/v1/account_links",
        _link,
        need={"account": text(), "type": choice("account_onboarding", "account_update")},
        may={
            "collection_options": anything,
            "refresh_url": text(),
            "return_url": text(),
        },
    ),
)
