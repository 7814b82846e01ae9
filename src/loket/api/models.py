# SPDX-License-Identifier: EUPL-1.2
"""The shapes of answers, as they stand in the OpenAPI document.

Moments are RFC 3339 in UTC, as the log registered them; dates of decisions are as the sender
wrote them. Links are paths on this server.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from loket.api.watch import Status

LeafHash = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256 van de leaf (hex)")]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256 (hex)")]
Waarde = str | int | bool | list[str] | None


class Model(BaseModel):
    """What every answer has in common: nothing that is not declared."""

    model_config = ConfigDict(extra="forbid")


class Fout(Model):
    """Een regel waaraan niet voldaan is."""

    veld: str = Field(
        description="Veld van het formulier of de parameter; begint het met `/`, dan is het een "
        "JSON-pointer (RFC 6901) in de verstuurde inhoud."
    )
    regel: str = Field(description="Naam van de regel.")
    melding: str = Field(description="Wat u kan doen.")


class Probleem(Model):
    """Waarom niet (RFC 9457)."""

    type: str = Field(description="Vast adres van dit soort probleem; het legt het ook uit.")
    title: str
    status: int
    detail: str | None = None
    fouten: list[Fout] = []
    kenmerk: UUID | None = Field(default=None, description="Bij een interne fout: meld dit.")


class Probleemtype(Model):
    """Een soort probleem."""

    type: str
    title: str
    status: int


class Gebeurtenis(Model):
    """Een gebeurtenis in het logboek."""

    type: str | None = Field(description="Naam; leeg als de inhoud vernietigd is.")
    volgnummer: int = Field(description="Plaats in de stroom, vanaf 0.")
    positie: int = Field(description="Plaats in het logboek, vanaf 0.")
    leaf_hash: LeafHash
    geregistreerd: datetime


class Ontvangst(Model):
    """Voorlopig ontvangstbewijs van een opdracht; `bewijs` leidt naar het volledige."""

    stroom: str
    versie: int = Field(description="Aantal gebeurtenissen in de stroom; ook de ETag.")
    status: Status | None = Field(description="Hoe ver de laatste gebeurtenis bewezen is.")
    volgnummer: int | None
    positie: int | None
    leaf_hash: LeafHash | None
    geregistreerd: datetime | None
    gebeurtenissen: list[Gebeurtenis]
    bewijs: str


class Opgeladen(Model):
    """Een opgeladen bestand."""

    sha256: Sha256
    grootte: int = Field(description="In bytes.")
