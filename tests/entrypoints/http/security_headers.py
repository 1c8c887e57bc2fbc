"""What every answer must tell browsers and caches."""

import httpx

from solebook.entrypoints.http.edge.problems import PROBLEM_JSON

_EVERY = {"x-content-type-options": "nosniff", "cache-control": "no-store"}
_PUBLIC = {"/schema", "/schema/openapi.json", "/v1/rules"}
"""The same for everybody, so a cache may keep them. It asks whether they are new."""
_NO_PROBLEM = {
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
_PAGE = {
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_BARE = (429, 503)
"""Refusals that are as small as they can be. No cache keeps them (RFC 9111, section 4.2.2)."""


def missing_headers(answer: httpx.Response) -> set[str]:
    """Return the security headers that an answer should have, and has not or has otherwise."""
    kind = answer.headers.get("content-type", "")
    expected = dict(_EVERY)
    if kind == PROBLEM_JSON:
        if answer.status_code in _BARE:
            return set()
    else:
        expected |= _NO_PROBLEM
        policy = answer.headers.get("content-security-policy", "")
        wanted = ["default-src 'none'", "frame-ancestors 'none'"]
        if kind.startswith("text/html"):
            expected |= _PAGE
            wanted += ["base-uri 'none'", "form-action '"]
        unsafe = "unsafe" in policy or "*" in policy
        if unsafe or not all(part in policy for part in wanted):
            expected["content-security-policy"] = " ".join(wanted)
    if answer.url.path in _PUBLIC and answer.status_code in (200, 304):
        expected["cache-control"] = "no-cache"
    return {name for name, value in expected.items() if answer.headers.get(name) != value}
