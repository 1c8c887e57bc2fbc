"""What several resources do."""

from ..calls import Request
from ..state import Object


def merge_metadata(request: Request, obj: Object) -> None:
    """Change the metadata of an object as the request says."""
    if "metadata" not in request.form:
        return
    given = request.form["metadata"]
    merged = {**obj["metadata"], **given} if given else {}
    obj["metadata"] = {name: value for name, value in merged.items() if value != ""}
