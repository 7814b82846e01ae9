# SPDX-License-Identifier: EUPL-1.2
"""One definition of a form, in the form that others read: JSON Schema, JSON-LD, SHACL, JSON."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from loket.api import forms
from loket.api.identity import Wie
from loket.api.parts import may_enter, parts
from loket.api.refusals import AanvraagOngeldig, NietAanvaardbaar, NietGevonden
from loket.kernel import Finding
from loket.reference import Reference, belgian_day, context, schema, shacl
from loket.reference.narrow import Form, narrowed

MODULE = "toezicht"

router = APIRouter(prefix=f"/{MODULE}/dossiertypes", tags=[MODULE])

WRITERS: Mapping[str, Callable[[Form], bytes]] = {
    schema.MEDIA_TYPE: lambda form: msgspec.json.encode(schema.json_schema(form)),
    context.MEDIA_TYPE: lambda form: msgspec.json.encode(context.context(form)),
    shacl.MEDIA_TYPE: lambda form: shacl.shapes(form).encode(),
}
"""The forms made for one class of government on one day, by media type."""

JSON = "application/json"
OFFERED = (JSON, *WRITERS)


class Vraag(BaseModel):
    """For whom and when. Unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid")

    klasse: str | None = Field(
        default=None,
        max_length=500,
        description="URI van de klasse die het formulier invult; die van uw bestuur als ze "
        "ontbreekt.",
    )
    op: date | None = Field(default=None, description="De dag; vandaag als ze ontbreekt.")


@router.get(
    "/{dossiertype}/formulier",
    summary="Formulier als JSON Schema, JSON-LD-context, SHACL of JSON",
    operation_id="dossiertype_formulier",
    response_class=Response,
    responses={
        200: {
            "description": "Het formulier in de vorm die `Accept` vraagt.",
            "content": {kind: {} for kind in OFFERED},
        }
    },
)
async def form(
    request: Request, wie: Wie, dossiertype: UUID, vraag: Annotated[Vraag, Query()]
) -> Response:
    """The form of a type for one class on one day, in the media type that is asked."""
    here = parts(request)
    may_enter(here.modules[MODULE], wie)
    kind = chosen(request.headers.get("accept"))
    reference = here.loket.reference
    known = forms.find(reference, dossiertype)
    if known is None:
        raise NietGevonden
    op = vraag.op or belgian_day(here.loket.now())
    klasse = vraag.klasse or wie.klasse
    _known_class(reference, klasse)
    if kind == JSON:
        found = forms.long(known, klasse, op, forms.status(reference, wie))
        body = found.model_dump_json().encode()
    else:
        body = WRITERS[kind](narrowed(reference, known, klasse, op))
    headers = {"Vary": "Accept", "Cache-Control": "no-store", "Content-Language": "nl"}
    return Response(body, 200, headers, kind)


def _known_class(reference: Reference, klasse: str) -> None:
    if klasse not in reference.codelijsten["bestuurseenheid-classificatie"].concepten:
        rule = Finding("klasse", "codelijst", "Geef de URI van een klasse van besturen.")
        raise AanvraagOngeldig("", rule)


def chosen(accept: str | None) -> str:
    """The media type that this header likes best; the first of ours when it is all the same.

    Raises NietAanvaardbaar.
    """
    ranges = [_range(part) for part in (accept or "*/*").split(",") if part.strip()]
    best, weight = "", 0.0
    for kind in OFFERED:
        fitting = [(len(name), q) for name, q in ranges if _covers(name, kind)]
        q = max(fitting)[1] if fitting else 0.0
        if q > weight:
            best, weight = kind, q
    if not best:
        raise NietAanvaardbaar(f"Kies uit {', '.join(OFFERED)}.")
    return best


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (each.strip().lower() for each in part.split(";"))
    told: Any = next((p.partition("=")[2] for p in parameters if p.startswith("q=")), "1")
    try:
        return name, float(told)
    except ValueError:
        return name, 0.0


def _covers(name: str, kind: str) -> bool:
    """`*/*`, `application/*`, or the type itself; the longest that covers it counts."""
    return name in {"*/*", kind} or (name.endswith("/*") and kind.startswith(name[:-1]))
