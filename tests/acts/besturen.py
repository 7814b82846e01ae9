# SPDX-License-Identifier: EUPL-1.2
"""A worship body is registered, changed, related to others and merged; a gemeente too."""

from dataclasses import asdict, replace

from given import AALST, ABB_ADMIN, GENT, MACHINE, REFERENCE

from acts import script
from loket.domain.besturen import (
    BestuurGeregistreerd,
    BestuurOpgaanIn,
    BestuurRegistreren,
    BestuurWijzigen,
    RelatieBeeindigen,
    RelatieLeggen,
    stream_of,
)
from loket.reference.relaties import CENTRAAL_BESTUUR, MEDEFINANCIERING, TOEZICHT

BASE = "https://voorbeeld.example/id/bestuurseenheden/"
CHURCH, SISTER, CENTRAL = (
    BASE + name
    for name in ("kerkfabriek-sint-martinus", "kerkfabriek-sint-jozef", "centraal-kerkbestuur")
)
REGISTER, TOWN = (BestuurRegistreren.of(REFERENCE.besturen[uri]) for uri in (CHURCH, AALST.bestuur))
CHANGE, RENAME = (BestuurWijzigen.of(each) for each in (REGISTER, TOWN))
THERE = {
    stream_of(uri): (BestuurGeregistreerd(**asdict(REFERENCE.besturen[uri])),)
    for uri in (AALST.bestuur, CENTRAL, SISTER)
}

SCRIPTS = (
    script(
        (REGISTER, MACHINE),
        (replace(CHANGE, naam="Kerkfabriek Sint-Maarten"), ABB_ADMIN),
        (RelatieLeggen(TOEZICHT, AALST.bestuur, "2020-01-01"), ABB_ADMIN),
        (RelatieLeggen(MEDEFINANCIERING, AALST.bestuur, "2020-01-01", "2030-12-31"), ABB_ADMIN),
        (RelatieLeggen(CENTRAAL_BESTUUR, CENTRAL, "2021-01-01"), MACHINE),
        (RelatieBeeindigen(TOEZICHT, AALST.bestuur, "2025-12-31"), ABB_ADMIN),
        (RelatieLeggen(TOEZICHT, AALST.bestuur, "2026-01-01"), ABB_ADMIN),
        (BestuurOpgaanIn(SISTER, "2027-01-01"), ABB_ADMIN),
        stream=stream_of(CHURCH),
        related=THERE,
    ),
    script(
        (TOWN, MACHINE),
        (replace(RENAME, naam="Aalst (stad)"), ABB_ADMIN),
        (BestuurOpgaanIn(GENT.bestuur, "2025-01-01"), ABB_ADMIN),
        stream=stream_of(AALST.bestuur),
        related=THERE,
    ),
)
