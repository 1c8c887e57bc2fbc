"""The application has every use case that the core has."""

import dataclasses
import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import get_type_hints

from solebook import core
from solebook.composition.application import Application
from solebook.composition.embedded import build_embedded

PARTS_OF_USE_CASES = {
    "solebook.core.bidding.place_on_side.PlaceOnSide",
    "solebook.core.orders.progress.Progress",
    "solebook.core.search.market_figures.ReadFigures",
}
"""What use cases share, which nobody outside the core calls."""


def use_cases_of_the_core() -> Iterator[type]:
    """Every class of the core with ports for fields that can be called and awaited."""
    for module in pkgutil.walk_packages(core.__path__, f"{core.__name__}."):
        for kind in vars(import_module(module.name)).values():
            if (
                inspect.isclass(kind)
                and kind.__module__ == module.name
                and dataclasses.is_dataclass(kind)
                and inspect.iscoroutinefunction(inspect.getattr_static(kind, "__call__", None))
            ):
                yield kind


def name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def test_every_use_case_is_wired() -> None:
    contexts = get_type_hints(Application).values()
    wired = {
        name(use_case)
        for context in contexts
        if context.__name__.endswith("UseCases")
        for use_case in get_type_hints(context).values()
    }
    assert {name(kind) for kind in use_cases_of_the_core()} == wired | PARTS_OF_USE_CASES
    assert len(wired) > 40


def test_every_use_case_is_named_by_its_verb() -> None:
    app = build_embedded()
    for context in dataclasses.fields(app):
        if not context.name.endswith(("engine", "adapters", "rules")):
            for field in dataclasses.fields(getattr(app, context.name)):
                use_case = getattr(getattr(app, context.name), field.name)
                module = f"solebook.core.{context.name}.{field.name}"
                assert type(use_case).__module__ == module
