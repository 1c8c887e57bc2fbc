"""What several resources do."""

from collections.abc import Callable, Mapping
from typing import Any

from ..calls import Request
from ..errors import ApiError
from ..state import Object


def merge_metadata(request: Request, obj: Object) -> None:
    """Change the metadata of an object as the request says."""
    if "metadata" not in request.form:
        return
    given = request.form["metadata"]
    merged = {**obj["metadata"], **given} if given else {}
    obj["metadata"] = {name: value for name, value in merged.items() if value != ""}


def change_whole(obj: Object, change: Callable[[Object], None]) -> None:
    """Change an object, or leave it as it is if that raises an error."""
    changed = dict(obj)
    change(changed)
    obj.update(changed)


def check_only_to_confirm(form: Mapping[str, Any], *names: str) -> None:
    """Raise ApiError if a new intent has one of these parameters and is not to be confirmed."""
    given = set(names) & set(form)
    if given and not form.get("confirm"):
        name = min(given)
        raise ApiError(f"You must set `confirm` to true to use the parameter `{name}`.", param=name)


def with_its_secret(request: Request, kind: str, name: str) -> Object:
    """Return an intent. Raises ApiError if the request has another secret than the intent."""
    intent = request.state.get(kind, request.id)
    if request.form.get("client_secret", intent["client_secret"]) != intent["client_secret"]:
        raise ApiError(
            "The client_secret provided does not match the client_secret associated with the "
            f"{name}.",
            param="client_secret",
        )
    return intent
