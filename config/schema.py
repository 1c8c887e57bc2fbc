"""The JSON Schema of a settings file, for editors and for checks before a deployment."""

import ast
import inspect
import textwrap
from datetime import timedelta
from functools import cache
from itertools import pairwise
from typing import Any, get_args, get_type_hints

import msgspec

from ..ports.language.limits import Between, limits_of
from .load import NOT_IN_FILES
from .settings import Settings
from .tree import fields, is_group

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DURATION = {"type": "string", "format": "duration"}
_NUMBER = r"[0-9]+(\.[0-9]+)?"
_WRITTEN = (
    r"^P(?!$)(?!.*\.[0-9]+[A-Z].)"  # only the last number may have a fraction
    rf"({_NUMBER}D)?(T(?!$)({_NUMBER}H)?({_NUMBER}M)?({_NUMBER}S)?)?$"
)
"""Days to seconds: years, months and weeks are refused, because they are not read."""


def settings_schema() -> dict[str, Any]:
    """Return the JSON Schema of solebook.toml: every setting, what it may be, and what it is for.

    What only an environment variable may set is not in it. Rules between several settings are not
    either; `load_settings` checks them.
    """
    schema = msgspec.json.schema(Settings)
    definitions: dict[str, Any] = schema["$defs"]
    for name, kind in _classes(Settings).items():
        _complete(definitions[name], kind)
    for field in fields():  # a member of a group may be set alone, but not one of a list's item
        definitions[field.owner.__name__].pop("required", None)
    for section, name in NOT_IN_FILES:
        kind = get_type_hints(Settings)[section]
        del definitions[kind.__name__]["properties"][name]
    return {"$schema": DRAFT, "title": "The settings of solebook", **schema}


def _complete(definition: dict[str, Any], kind: type) -> None:
    """Add limits and descriptions to the definition of a section or a group."""
    definition["additionalProperties"] = False
    definition["description"] = inspect.cleandoc(kind.__doc__ or "")
    limits, words = limits_of(kind), _descriptions(kind)
    for name, setting in definition["properties"].items():
        if name in limits:
            _limit(setting, limits[name][1])
        if name in words:
            setting["description"] = words[name]


def _limit(setting: dict[str, Any], between: Between) -> None:
    """Say what a number may be, alone or among other types, or in a list."""
    for part in (setting, *setting.get("anyOf", ()), setting.get("items", {})):
        if part.get("type") in ("integer", "number"):
            part |= {"minimum": between.least, "maximum": between.most}
    if isinstance(between.least, timedelta) and isinstance(between.most, timedelta):
        seconds = {
            "type": "number",
            "minimum": between.least.total_seconds(),
            "maximum": between.most.total_seconds(),
        }
        others = [part for part in setting.pop("anyOf", ()) if part != _DURATION]
        setting.pop("type", None)
        setting.pop("format", None)
        written = {**_DURATION, "pattern": _WRITTEN}  # because not everybody checks formats
        setting["anyOf"] = [seconds, written, *others]


def _classes(kind: type) -> dict[str, type]:
    """Return a class of the settings, and all classes of its settings, by name."""
    found = {kind.__name__: kind}
    for hint in get_type_hints(kind).values():
        for part in (hint, *get_args(hint)):
            if is_group(part):
                found |= _classes(part)
    return found


@cache
def _descriptions(kind: type) -> dict[str, str]:
    """Return the docstrings below the fields of a class, which only its source has."""
    try:
        [declared] = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    except OSError:  # there is no source, as in a zipped application
        return {}
    body = declared.body if isinstance(declared, ast.ClassDef) else []
    return {
        field.target.id: inspect.cleandoc(words.value.value)
        for field, words in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(words, ast.Expr)
        and isinstance(words.value, ast.Constant)
        and isinstance(words.value.value, str)
    }
