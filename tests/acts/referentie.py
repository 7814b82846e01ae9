# SPDX-License-Identifier: EUPL-1.2
"""Values of lists are added, changed and ended."""

from given import ABB_ADMIN, REFERENCE

from acts import script
from loket.domain.referentie import DefinitieBeeindigen, DefinitieVaststellen
from loket.reference.overlay import canonical, stream_of

URI = "http://data.vlaanderen.be/id/concept/Authenticiteit/nieuw"
NEW = ("concept", f"authenticiteit {URI}")
SHIPPED = ("concept", f"mar-code {next(iter(REFERENCE.codelijsten['mar-code'].concepten))}")
WHY = "Decreet van 1 december 2026"


def _named(label: str) -> str:
    return canonical({"uri": URI, "label": label, "geldig_van": "2026-01-01"})


SCRIPTS = (
    script(
        (DefinitieVaststellen(*NEW, _named("Vertaling"), WHY), ABB_ADMIN),
        (DefinitieVaststellen(*NEW, _named("Beëdigde vertaling"), WHY), ABB_ADMIN),
        (DefinitieBeeindigen(*NEW, "2026-12-31", WHY), ABB_ADMIN),
        (DefinitieVaststellen(*NEW, _named("Vertaling"), WHY), ABB_ADMIN),
        stream=stream_of(*NEW),
    ),
    script(
        (DefinitieBeeindigen(*SHIPPED, "2026-12-31", WHY), ABB_ADMIN),
        (DefinitieBeeindigen(*SHIPPED, "2026-06-30", WHY), ABB_ADMIN),
        stream=stream_of(*SHIPPED),
    ),
)
