"""The fields of a submitted form, and refusals as pages."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from litestar import Response
from litestar.datastructures import FormMultiDict
from litestar.exceptions import ClientException, HTTPException

from ...ports.language.errors import Refusal
from ..http.edge.problems import AnyRequest, http_response, refusal_response
from .page import page, paragraph
from .refusals import told

MOST_FORM = 16_384
"""The maximum size of a form in bytes. To read it takes longer than JSON."""
_FIELDS = 200
"""The maximum number of fields of a form."""


async def submitted(request: AnyRequest, *, most_with_files: int = 0) -> Mapping[str, str]:
    """Return the fields of a form.

    With `most_with_files`, it may have files, which are no fields and stay in the form, and as many
    characters besides. Raises ClientException if the body is no form.
    """
    kind = request.content_type[0]
    if kind == "multipart/form-data" and most_with_files:
        return _texts_of(await _multipart(request), most_with_files)
    if kind != "application/x-www-form-urlencoded":
        raise ClientException("send the form as application/x-www-form-urlencoded", status_code=415)
    body = await request.body()
    if 0 < most_with_files < len(body):  # only files may be larger
        raise ClientException("the form is too long", status_code=413)
    try:
        text = body.decode("ascii")
        fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS))
    except ValueError as error:
        raise ClientException("the form cannot be read") from error
    refuse_nul(fields)
    return fields


async def _multipart(request: AnyRequest) -> FormMultiDict:
    """Return the texts and files of a form. Raises ClientException, also if one is no text."""
    try:
        given = await request.form()
        for name, value in given.multi_items():
            name.encode()  # charsets as UTF-7 have halves of surrogate pairs
            if isinstance(value, str):
                value.encode()
    except (ValueError, LookupError) as error:  # not the text, or not the charset, that it names
        raise ClientException("the form cannot be read") from error
    return given


def refuse_nul(fields: Mapping[str, str]) -> None:
    """Raise ClientException for what nobody can type, and PostgreSQL has no texts with."""
    if any("\0" in field for field in (*fields, *fields.values())):
        raise ClientException("the form has the character U+0000")


def _texts_of(form: FormMultiDict, most: int) -> Mapping[str, str]:
    texts = {name: text for name, text in form.multi_items() if isinstance(text, str)}
    if len(texts) > _FIELDS or sum(map(len, texts.values())) > most:
        raise ClientException("the fields of the form are too long", status_code=413)
    refuse_nul(texts)
    return texts


def detail_of(request: AnyRequest, refusal: Refusal) -> tuple[int, str]:
    """Return the status of a refusal, and what it says to people, as a sentence."""
    problem = refusal_response(request, refusal)
    text = told(refusal, request.state.page.currency) if "page" in request.state else None
    return problem.status_code or 400, _sentence(text) if text else sentence(problem)


def sentence(problem: Response[dict[str, Any]]) -> str:
    """Return what a problem says, as a sentence."""
    return _sentence(str(problem.content["detail"]))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def refused_page(request: AnyRequest, refusal: Refusal) -> Response[Any]:
    """Return a refusal as a page."""
    return _as_page(refusal_response(request, refusal))


def failed_page(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Return an error of the framework as a page."""
    return _as_page(http_response(request, error))


def _as_page(problem: Response[dict[str, Any]]) -> Response[Any]:
    answer = page(
        "That did not work",
        paragraph(sentence(problem)),
        status=problem.status_code or 400,
    )
    answer.headers.update(
        {name: value for name, value in problem.headers.items() if name == "Retry-After"}
    )
    return answer
