"""The API reference as an HTML page, generated from the OpenAPI document without scripts."""

import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from typing import Any

from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin

from .api_keys import describe_keys
from .console import PATH as CONSOLE
from .documented import describe_shapes
from .webhook_events import describe_webhooks

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 3rem; text-transform: capitalize; }
details { border: 1px solid #8884; border-radius: 6px; margin: .5rem 0; padding: .5rem .8rem; }
summary { cursor: pointer; }
summary code { font-weight: 600; }
b.method { display: inline-block; width: 4.5rem; }
table { border-collapse: collapse; width: 100%; margin: .3rem 0 1rem; }
td, th { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; }
td + td { border-left: 1px solid #8884; padding-left: .8rem; }
pre { overflow-x: auto; background: #8881; padding: .6rem; border-radius: 6px; }
small { opacity: .7; }
"""

_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""What the page may do: nothing but be styled."""

Node = dict[str, Any]


class JsonDocument(JsonRenderPlugin):
    """Serves the document itself, for programs."""

    _rendered: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: Node) -> bytes:
        """Return the document, which never changes."""
        if self._rendered is None:
            document = _described(request, openapi_schema)
            self._rendered = self.render_json(request, document)
        return self._rendered


class ReferencePage(OpenAPIRenderPlugin):
    """Serves the reference at the root of /schema."""

    def __init__(self) -> None:
        super().__init__(path="/")
        self._rendered: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: Node) -> bytes:
        """Return the page, which never changes."""
        if self._rendered is None:
            self._rendered = self._page(request, openapi_schema)
        return self._rendered

    def _page(self, request: Request[Any, Any, Any], openapi_schema: Node) -> bytes:
        # The framework's document holds its own string types; as JSON it is plain.
        document: Node = json.loads(self.render_json(request, _described(request, openapi_schema)))
        has_console = any(route.path == CONSOLE for route in request.app.routes)
        json_route = self.get_openapi_json_route(request)
        return "".join(page(document, json_route, CONSOLE if has_console else "")).encode()


def _described(request: Request[Any, Any, Any], openapi_schema: Node) -> Node:
    described = describe_webhooks(describe_shapes(openapi_schema))
    return describe_keys(described, request.app.routes)


def page(document: Node, json_route: str, console: str = "") -> Iterator[str]:
    """Yield the page of a document that is served at `json_route`, with a `console` or without."""
    info = document["info"]
    title = escape(info["title"])
    yield "<!doctype html><html lang='en'><meta charset='utf-8'>"
    yield "<meta name='viewport' content='width=device-width, initial-scale=1'>"
    yield f"<title>{title}</title><style>{_STYLE}</style>"
    yield f"<h1>{title} <small>{escape(info['version'])}</small></h1>"
    yield f"<p>{escape(info['description'])}</p>"
    yield f"<p><a href='{escape(json_route)}'>The OpenAPI document</a></p>"
    if console:
        yield f"<p><a href='{escape(console)}'>The console</a>, which calls the API</p>"
    for tag in document["tags"]:
        yield f"<h2>{escape(tag['name'])}</h2><p>{escape(tag['description'])}</p>"
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if tag["name"] in operation.get("tags", ()):
                    yield from _operation(method, path, operation, document)
    yield "<h2>Shapes</h2>"
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield f"<details id='{escape(name)}'><summary><code>{escape(name)}</code></summary>"
        yield f"<p>{escape(schema.get('description', ''))}</p>{_properties(schema)}</details>"
    yield "</html>"


def _operation(method: str, path: str, operation: Node, document: Node) -> Iterator[str]:
    security: list[Node] = operation.get("security") or document["security"]
    access = "" if {} in security else " <small>needs an access token</small>"
    for scope in (scope for each in security for scope in each.get("api_key", ())):
        access = f" <small>needs an access token, or an API key to {escape(scope)}</small>"
    yield f"<details><summary><b class='method'>{method.upper()}</b><code>{escape(path)}</code> "
    yield f"{escape(operation['summary'])}{access}</summary>"
    yield f"<p>{escape(operation.get('description', ''))}</p>"
    if parameters := operation.get("parameters"):
        yield _rows(
            "Parameters",
            (
                (
                    f"<code>{escape(parameter['name'])}</code> <small>{parameter['in']}</small>",
                    _type(parameter["schema"]),
                    escape(parameter.get("description", "")),
                )
                for parameter in parameters
            ),
        )
    if body := operation.get("requestBody"):
        for media_type, media in body["content"].items():
            yield f"<p>Body: <code>{escape(media_type)}</code>, {_type(media['schema'])}</p>"
            yield from _examples(media)
    for status, response in operation["responses"].items():
        for media in response.get("content", {}).values():
            description = escape(response["description"])
            yield f"<p><b>{status}</b> {description}: {_type(media['schema'])}</p>"
            yield from _examples(media)
        if not response.get("content"):
            yield f"<p><b>{status}</b> {escape(response['description'])}</p>"
    yield "</details>"


def _examples(media: Node) -> Iterator[str]:
    examples = list(media.get("examples", {}).values())
    examples += [{"value": value} for value in _listed(media["schema"].get("examples"))]
    for example in examples:
        yield f"<pre>{escape(json.dumps(example['value'], indent=2))}</pre>"


def _listed(examples: Any) -> list[Any]:
    return examples if isinstance(examples, list) else []


def _properties(schema: Node) -> str:
    required = schema.get("required", ())
    optional = " <small>optional</small>"
    if "enum" in schema:
        return f"<p>{_type(schema)}</p>"
    return _rows(
        "",
        (
            (
                f"<code>{escape(name)}</code>" + ("" if name in required else optional),
                _type(part),
                escape(part.get("description", "")),
            )
            for name, part in schema.get("properties", {}).items()
        ),
    )


def _rows(title: str, rows: Iterator[tuple[str, ...]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"{f'<p>{title}</p>' if title else ''}<table>{body}</table>"


def _type(schema: Node) -> str:
    """Return a short description of a schema, with links to the schemas that it names."""
    if reference := schema.get("$ref"):
        name = escape(reference.rpartition("/")[2])
        return f"<a href='#{name}'>{name}</a>"
    if "enum" in schema:
        return ", ".join(f"<code>{escape(json.dumps(value))}</code>" for value in schema["enum"])
    kind = schema.get("type", "anything")
    if choices := schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf"):
        words = " or ".join(map(_type, choices))
    elif kind == "array":
        words = f"list of {_type(schema.get('items', {}))}"
    else:
        words = escape(" or ".join(kind) if isinstance(kind, list) else kind)
    limits = [f" {word} {_plain(schema[limit])}" for limit, word in _LIMITS if limit in schema]
    return words + "".join(limits)


_LIMITS = (
    ("format", "as"),
    ("minimum", "from"),
    ("maximum", "to"),
    ("minLength", "of length"),
    ("maxLength", "up to length"),
    ("minItems", "of at least"),
    ("maxItems", "of at most"),
    ("pattern", "matching"),
)


def _plain(limit: object) -> str:
    return escape(str(int(limit) if isinstance(limit, float) else limit))
