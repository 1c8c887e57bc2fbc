"""What pages do with a form: act, and lead on or show what is wrong."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Self, TypeAlias

from litestar import Response

from ...composition.application import Application
from ...ports.language.errors import (
    AddressMissing,
    EmailNotProven,
    InvalidText,
    PaymentMethodMissing,
    PayoutAccountMissing,
    Refusal,
)
from ...ports.language.users import Actor
from ..http.edge.problems import AnyRequest
from .forms import detail_of
from .pages import Page
from .posted import Form

_REMEDIES: Mapping[type[Refusal], str] = {
    PaymentMethodMissing: "/account/cards",
    AddressMissing: "/account/addresses",
    PayoutAccountMissing: "/account/payout-account",
    EmailNotProven: "/account",
}


@dataclass(frozen=True, slots=True)
class Refused:
    """What is wrong with a form, and what was typed."""

    status: int = 200
    detail: str = ""
    """What is shown at the top, or nothing."""
    wrong: Mapping[str, str] = field(default_factory=dict)
    """What is shown at a field, by its name."""
    typed: Mapping[str, str] = field(default_factory=dict)
    remedy: str = ""
    """The page on which somebody does what is missing, or nothing."""

    @classmethod
    def of(cls, request: AnyRequest, refusal: Refusal, form: Form | None = None) -> Self:
        """Return a refusal, of a form or of what its page was asked for."""
        status, detail = detail_of(request, refusal)
        wrong = {}
        if isinstance(refusal, InvalidText):
            wrong[refusal.field] = f"{refusal.problem[:1].upper()}{refusal.problem[1:]}."
        typed = {} if form is None else form.fields
        return cls(status, detail, wrong, typed, _REMEDIES.get(type(refusal), ""))


Act: TypeAlias = Callable[[], Awaitable[object]]
Show: TypeAlias = Callable[[Refused], Awaitable[Response[bytes]]]

NOT_REFUSED = Refused()


async def acted(
    request: AnyRequest, page: Page, form: Form, act: Act, show: Show, *, then: str
) -> Response[bytes]:
    """Act and lead on to a path, or show the page of the form again with what is wrong."""
    try:
        await act()
    except Refusal as refusal:
        return await show(Refused.of(request, refusal, form))
    return page.leads_to(then)


async def act_once(application: Application, actor: Actor, form: Form, act: Act) -> None:
    """Do what a form asks for, once however often it is sent. Raises what `act` raises."""

    async def run() -> bytes:
        await act()
        return b"done"

    await application.operations.answer_once(form.key(actor.user_id), run)
