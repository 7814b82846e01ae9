# SPDX-License-Identifier: EUPL-1.2
"""What can be asked of the list of inzendingen, as query parameters."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from loket.api.models import Toestand
from loket.projections.inzendingen import Filters

Uri = Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[!-~]+$")]
Bookmark = Annotated[str, StringConstraints(max_length=500, pattern=r"^[A-Za-z0-9_-]+$")]
Sortering = Literal[
    "verzonden", "-verzonden", "gewijzigd", "-gewijzigd",
    "zittingsdatum", "-zittingsdatum", "bestuur", "-bestuur",
]  # fmt: skip


class Zoekvraag(BaseModel):
    """Filters may be repeated: one of the values of each must fit. Unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    bestuur: list[Uri] = Field(default=[], description="URI van de verzender.")
    klasse: list[Uri] = Field(default=[], description="URI van de klasse van de verzender.")
    dossiertype: list[Uri] = Field(default=[], description="URI van het dossiertype.")
    toestand: list[Toestand] = Field(default=[], description="Toestand van het dossier.")
    ontvanger: Uri | None = Field(default=None, description="URI van een ontvanger.")
    verzonden_van: AwareDatetime | None = Field(
        default=None, description="Verzonden vanaf dit moment."
    )
    verzonden_tot: AwareDatetime | None = Field(
        default=None, description="Verzonden voor dit moment."
    )
    sorteer: Sortering = Field(
        default="-verzonden", description="Met `-` ervoor: van hoog naar laag."
    )
    aantal: bool = Field(default=False, description="Tel ook hoeveel er in totaal zijn.")
    na: Bookmark | None = Field(
        default=None,
        alias="pagina[na]",
        description="Bladwijzer uit `volgende` van de vorige bladzijde.",
    )
    grootte: int = Field(
        default=50, alias="pagina[grootte]", ge=1, le=200, description="Dossiers per bladzijde."
    )

    def filters(self) -> Filters:
        """The filters as the read model takes them."""
        return Filters(
            besturen=tuple(self.bestuur),
            klassen=tuple(self.klasse),
            dossiertypes=tuple(self.dossiertype),
            toestanden=tuple(self.toestand),
            ontvanger=self.ontvanger or "",
            verzonden_van=self.verzonden_van,
            verzonden_tot=self.verzonden_tot,
        )
