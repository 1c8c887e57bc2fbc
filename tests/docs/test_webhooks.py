"""The page on webhooks has every kind of events with its fields, as they are sent."""

import re
from dataclasses import fields
from inspect import cleandoc
from pathlib import Path

from solebook.core.outgoing_webhooks.webhook_rules import MAX_REPLAYED, MAX_WAITING, WebhookRules
from solebook.ports.language.webhook_events import CONTENTS

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
KIND = re.compile(r"^### (?P<kind>[\w.]+)\n\n(?P<about>.+)\n\n(?P<table>(?:\|.*\n)+)", re.MULTILINE)
FIELD = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)


def test_the_page_has_every_kind_with_its_fields_and_who_gets_it() -> None:
    described = {
        match["kind"]: (match["about"], FIELD.findall(match["table"]))
        for match in KIND.finditer(PAGE)
    }
    assert described == {
        kind: (
            " ".join(cleandoc(content.__doc__ or "").split())
            + f" For {content.AUDIENCE.value}; version {content.VERSION}.",
            [field.name for field in fields(content)],  # type: ignore[arg-type]  # a dataclass
        )
        for kind, content in CONTENTS.items()
    }


def test_the_page_has_the_limits() -> None:
    rules = WebhookRules(b"")
    assert f"You can have {rules.max_endpoints} endpoints" in PAGE
    assert f"within {rules.timeout.seconds} seconds" in PAGE
    assert f"nothing for {rules.disable_after.days} days" in PAGE
    assert f"in the last {rules.log_life.days} days" in PAGE
    assert f"{MAX_WAITING:,} webhooks wait" in PAGE
    assert f"up to {MAX_REPLAYED} at once" in PAGE
