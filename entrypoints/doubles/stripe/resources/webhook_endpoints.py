"""Webhook endpoints: where events are posted."""

from ..calls import PAGE, Call, Request
from ..errors import ApiError
from ..fields import Fields, flag, metadata, several, text
from ..lists import page
from ..state import API_VERSION, Object, State
from .shared import merge_metadata

MOST_ENDPOINTS = 16


def new_endpoint(
    state: State, url: str, *, kinds: list[str], secrets: list[str], connect: bool
) -> Object:
    """Create an endpoint. It gets the events of connected accounts, or those of the platform.

    With two secrets, each event is signed with both, as while a secret is being replaced.
    """
    if not url.startswith(("http://", "https://")):
        raise ApiError(
            "Invalid URL: An explicit scheme (such as https) must be provided.", param="url"
        )
    if len(state.of("webhook_endpoint")) >= MOST_ENDPOINTS:
        raise ApiError(
            f"You have reached the maximum of {MOST_ENDPOINTS} test webhook endpoints.",
        )
    endpoint: Object = {
        "id": state.new_id("we"),
        "object": "webhook_endpoint",
        "api_version": API_VERSION,
        "application": None,
        "created": state.second,
        "description": None,
        "enabled_events": kinds,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
        "_connect": connect,
        "_secrets": secrets,
    }
    return state.add(endpoint)


def _create(request: Request) -> Object:
    state, form = request.state, request.form
    endpoint = new_endpoint(
        state,
        form["url"],
        kinds=form["enabled_events"],
        secrets=[f"whsec_{state.secret(32)}"],
        connect=form.get("connect", False),
    )
    endpoint["description"] = request.get("description")
    merge_metadata(request, endpoint)
    return {**endpoint, "secret": endpoint["_secrets"][0]}


def _update(request: Request) -> Object:
    endpoint = request.state.get("webhook_endpoint", request.id)
    for name in ("description", "enabled_events", "url"):
        if name in request.form:
            endpoint[name] = request.get(name)
    if "disabled" in request.form:
        endpoint["status"] = "disabled" if request.form["disabled"] else "enabled"
    merge_metadata(request, endpoint)
    return endpoint


def _delete(request: Request) -> Object:
    state = request.state
    state.get("webhook_endpoint", request.id)
    del state.of("webhook_endpoint")[request.id]
    for number, delivery in list(state.deliveries.items()):
        if delivery.endpoint == request.id:
            del state.deliveries[number]
    return {"id": request.id, "object": "webhook_endpoint", "deleted": True}


def _retrieve(request: Request) -> Object:
    return request.state.get("webhook_endpoint", request.id)


def _list(request: Request) -> Object:
    endpoints = request.state.of("webhook_endpoint").values()
    return page(request, endpoints, "/v1/webhook_endpoints")


_CHANGES: Fields = {"description": text(can_be_unset=True), "metadata": metadata}
_KINDS = several(text(), most=300)
CALLS = (
    Call(
        "POST",
        "/v1/webhook_endpoints",
        _create,
        need={"enabled_events": _KINDS, "url": text()},
        may=_CHANGES | {"connect": flag, "api_version": text()},
    ),
    Call("GET", "/v1/webhook_endpoints", _list, may=PAGE),
    Call("GET", "/v1/webhook_endpoints/*", _retrieve),
    Call(
        "POST",
        "/v1/webhook_endpoints/*",
        _update,
        may=_CHANGES | {"disabled": flag, "enabled_events": _KINDS, "url": text()},
    ),
    Call("DELETE", "/v1/webhook_endpoints/*", _delete),
)
