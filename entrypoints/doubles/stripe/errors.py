"""The errors of Stripe's API."""

from typing import Any

_DOCS = "https://docs.stripe.com/error-codes#"


class ApiError(Exception):
    """A refusal, with its HTTP status and the fields of Stripe's error object."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        retry: bool | None = None,
        **more: Any,
    ) -> None:
        """Take what the client reads. `retry` becomes the header `Stripe-Should-Retry`."""
        super().__init__(message)
        self.status = status
        self.retry = retry
        self.error: dict[str, Any] = {"type": kind, "message": message}
        if code is not None:
            self.error |= {"code": code, "doc_url": _DOCS + code.replace("_", "-")}
        if param is not None:
            self.error["param"] = param
        self.error |= more


def unknown_parameter(name: str) -> ApiError:
    """Return the error for a parameter that the call does not have."""
    message = f"Received unknown parameter: {name}"
    return ApiError(message, code="parameter_unknown", param=name)


def missing_parameter(name: str) -> ApiError:
    """Return the error for a required parameter that was not sent."""
    return ApiError(f"Missing required param: {name}.", code="parameter_missing", param=name)


def no_such(what: str, ident: str, param: str = "id", status: int = 400) -> ApiError:
    """Return the error for an unknown id: 404 if the path names it, otherwise 400."""
    message = f"No such {what}: '{ident}'"
    return ApiError(message, status=status, code="resource_missing", param=param)
