"""What is sent to webhook endpoints, for the OpenAPI document."""

from inspect import cleandoc
from typing import Any

import msgspec

from ....ports.language.webhook_events import CONTENTS, EventContent

_REFERENCE = "#/components/schemas/{name}"
_HEADERS = {
    "webhook-id": "The same in every attempt, so that you notice what you know.",
    "webhook-timestamp": "When the attempt was made, in seconds since 1970.",
    "webhook-signature": "`v1,` and a signature by the scheme of Standard Webhooks; one for each "
    "valid secret, with spaces between them.",
}


def describe_webhooks(document: dict[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI document with every kind of events that webhooks tell."""
    contents = list(CONTENTS.values())
    schemas, components = msgspec.json.schema_components(contents, ref_template=_REFERENCE)
    document["components"]["schemas"] = {**components, **document["components"]["schemas"]}
    document["webhooks"] = {
        content.KIND: {"post": _operation(content, data)}
        for content, data in zip(contents, schemas, strict=True)
    }
    return document


def _operation(content: type[EventContent], data: dict[str, Any]) -> dict[str, Any]:
    description = cleandoc(content.__doc__ or "")
    body = {
        "type": "object",
        "required": ["type", "version", "timestamp", "data"],
        "properties": {
            "type": {"const": content.KIND},
            "version": {"const": content.VERSION},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": data,
        },
    }
    return {
        "summary": description.partition("\n")[0],
        "description": f"{description}\n\nFor {content.AUDIENCE.value}.",
        "operationId": f"told:{content.KIND}",
        "tags": ["webhooks"],
        "security": [],
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": meaning,
                "schema": {"type": "string"},
            }
            for name, meaning in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "2XX": {"description": "You have it. Any other answer is tried again."},
            "410": {"description": "You want no more. The endpoint is disabled."},
        },
    }
