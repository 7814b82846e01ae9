# SPDX-License-Identifier: EUPL-1.2
"""Reading the register of besturen."""

from dataclasses import fields
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from loket.api import models
from loket.api.dossiers import named
from loket.api.identity import Wie
from loket.api.parts import parts
from loket.api.refusals import NietGevonden
from loket.api.search import Uri
from loket.domain.besturen import Inschrijving, stream_of
from loket.reference import Bestuur, Reference

MODULE = "besturen"

router = APIRouter(prefix=f"/{MODULE}", tags=[MODULE])


class Zoekvraag(BaseModel):
    """What to show of the register."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    naam: str = Field(default="", max_length=200, description="Deel van de naam.")
    klasse: list[Uri] = Field(default=[], description="URI van de klasse.")
    provincie: Uri | None = Field(default=None, description="URI van de provincie.")
    na: UUID | None = Field(
        default=None, alias="pagina[na]", description="Id van het laatst getoonde."
    )
    grootte: int = Field(default=50, alias="pagina[grootte]", ge=1, le=500)


@router.get("", summary="Register van besturen", operation_id="besturen_lijst")
async def listed(
    request: Request, wie: Wie, vraag: Annotated[Zoekvraag, Query()]
) -> models.Besturen:
    """The besturen by name, with their official URIs and codes."""
    del wie
    reference = parts(request).loket.reference
    found = _found(reference, vraag)
    ids: list[str] = [stream_of(bestuur.uri) for bestuur in found]
    first = ids.index(str(vraag.na)) + 1 if vraag.na and str(vraag.na) in ids else 0
    shown = found[first : first + vraag.grootte]
    volgende = None
    if first + len(shown) < len(found):
        kept = [(k, v) for k, v in request.query_params.multi_items() if k != "pagina[na]"]
        volgende = f"/{MODULE}?{urlencode([*kept, ('pagina[na]', ids[first + len(shown) - 1])])}"
    rows = [_bestuur(bestuur, reference) for bestuur in shown]
    return models.Besturen(besturen=rows, aantal=len(found), volgende=volgende)


def _found(reference: Reference, vraag: Zoekvraag) -> list[Bestuur]:
    wanted = vraag.naam.casefold()
    fitting = (
        bestuur
        for bestuur in reference.besturen.values()
        if wanted in bestuur.naam.casefold()
        and (not vraag.klasse or bestuur.klasse in vraag.klasse)
        and (not vraag.provincie or bestuur.provincie == vraag.provincie)
    )
    return sorted(fitting, key=lambda bestuur: (bestuur.naam.casefold(), bestuur.uri))


@router.get("/{stroom}", summary="Eén bestuur", operation_id="bestuur")
async def one(request: Request, response: Response, wie: Wie, stroom: UUID) -> models.Bestuur:
    """What the register says of a bestuur, and into which it is merged."""
    here = parts(request)
    reference = here.loket.reference
    try:
        stream = await here.stream(MODULE, stroom, wie)
    except NietGevonden:
        # Besturen that ship with the product are known before they are registered.
        for bestuur in reference.besturen.values():
            if stream_of(bestuur.uri) == str(stroom):
                return _bestuur(bestuur, reference)
        raise
    response.headers["ETag"] = f'"{len(stream.history)}"'
    state: Inschrijving = stream.state
    if state.bestuur is None:
        raise NietGevonden
    return _bestuur(state.bestuur, reference, state.opvolger, state.datum)


def _bestuur(
    bestuur: Bestuur, reference: Reference, opvolger: str = "", datum: str = ""
) -> models.Bestuur:
    values: dict[str, Any] = {field.name: getattr(bestuur, field.name) for field in fields(bestuur)}
    values["klasse"] = named(reference, bestuur.klasse)
    values["relaties"] = [
        models.Relatie(
            soort=relatie.soort,
            omschrijving=label,
            ander=named(reference, ander),
            van=relatie.van,
            tot=relatie.tot,
        )
        for label, ander, relatie in reference.relaties.all_of(bestuur.uri)
    ]
    return models.Bestuur(
        id=UUID(stream_of(bestuur.uri)), **values, opvolger=opvolger, gefuseerd_op=datum
    )
