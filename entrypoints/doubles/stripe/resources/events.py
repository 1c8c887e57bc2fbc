"""Events."""

from ..calls import LISTED, Call, Request
from ..errors import ApiError
from ..fields import flag, several, text
from ..lists import page
from ..state import Object


def _retrieve(request: Request) -> Object:
    return request.state.get("event", request.id, account=request.account)


def _list(request: Request) -> Object:
    form = request.form
    if "type" in form and "types" in form:
        raise ApiError(
            "You may only specify one of these parameters: type, types.",
            code="parameters_exclusive",
        )
    kinds = form.get("types") or ([form["type"]] if "type" in form else ["*"])
    events = [
        each
        for each in request.state.of("event", request.account).values()
        if any(_is_kind(each["type"], kind) for kind in kinds)
        and form.get("delivery_success") in (None, each["pending_webhooks"] == 0)
    ]
    return page(request, events, "/v1/events")


def _is_kind(kind: str, wanted: str) -> bool:
    return kind.startswith(wanted[:-1]) if wanted.endswith("*") else kind == wanted


CALLS = (
    Call(
        "GET",
        "/v1/events",
        _list,
        may=LISTED | {"delivery_success": flag, "type": text(), "types": several(text(), most=20)},
    ),
    Call("GET", "/v1/events/*", _retrieve),
)
