# SPDX-License-Identifier: EUPL-1.2
"""What people read in a bundle: the page bewijs.html and the instructions LEESMIJ.txt, in Dutch."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from loket.evidence.bundle_records import recipients
from loket.evidence.gather import Evidence, Proven
from loket.evidence.moments import Moment, day_after, local_text, utc_text

NOT_QUALIFIED = "NIET-GEKWALIFICEERD"


@lru_cache(maxsize=1)
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("loket.evidence", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["lokaal"] = local_text
    environment.filters["utc"] = utc_text
    environment.filters["dag_na"] = day_after
    environment.filters["regels"] = lambda value: list(_lines("", value))
    return environment


def kind(evidence: Evidence) -> str:
    """What the bundle is a proof of, by the moments it holds."""
    moments = {event.moment for event in evidence.events}
    if Moment.AFLEVERING in moments:
        return "Bewijs van verzending en aflevering"
    if Moment.VERZENDING in moments:
        return "Bewijs van verzending"
    return "Bewijs van registratie"


def readme(evidence: Evidence, stems: Mapping[bytes, str]) -> str:
    """LEESMIJ.txt; its commands run as they stand in the unpacked directory."""
    return _render("LEESMIJ.txt", evidence, stems=stems)


def page(evidence: Evidence, documents: Mapping[str, str], stems: Mapping[bytes, str]) -> str:
    """bewijs.html: stands alone, can be printed."""
    opened = [event for event in evidence.events if event.recorded.opening]
    sendings = [event for event in opened if event.moment is Moment.VERZENDING]
    return _render(
        "bewijs.html",
        evidence,
        stems=stems,
        documents=documents,
        moments=[event for event in evidence.events if event.moment],
        sending=sendings[-1] if sendings else None,
        main=sendings[-1] if sendings else opened[0] if opened else None,
        recipients=recipients,
        payload=_payload,
    )


def _render(name: str, evidence: Evidence, **values: Any) -> str:
    return (
        _templates()
        .get_template(name)
        .render(
            bewijs=evidence,
            soort=kind(evidence),
            merk="" if evidence.qualified else NOT_QUALIFIED,
            **values,
        )
    )


def _payload(event: Proven) -> Any:
    opening = event.recorded.opening
    return msgspec.json.decode(opening.payload) if opening else {}


def _lines(path: str, value: Any) -> Any:
    """A payload as (field, text) lines, nested fields by their path."""
    match value:
        case None | "" | []:
            return
        case {"sha256": _, "naam": _}:
            return  # documents have a table of their own
        case dict():
            for name, inner in value.items():
                yield from _lines(f"{path} › {name}" if path else name, inner)
        case list() if all(isinstance(item, dict) for item in value):
            for number, inner in enumerate(value, start=1):
                yield from _lines(f"{path} {number}", inner)
        case list():
            yield path, ", ".join(map(str, value))
        case bool():
            yield path, "ja" if value else "neen"
        case _:
            yield path, str(value)
