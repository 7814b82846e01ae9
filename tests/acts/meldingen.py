# SPDX-License-Identifier: EUPL-1.2
"""Mail that waits, goes out, fails and comes back."""

from given import AALST, MACHINE

from acts import STREAM, script
from loket.domain.meldingen import (
    MeldingMislukt,
    MeldingRegistreren,
    MeldingUitstellen,
    TerugkomstRegistreren,
    stream_of,
)

WHO = (AALST.bestuur, AALST.persoon)
FIRST, SECOND, THIRD = (f"berichten/{STREAM}/{n}" for n in (2, 5, 9))
HASH, MAIL = "a" * 64, "id@loket"

SCRIPTS = (
    script(
        (MeldingUitstellen(*WHO, FIRST), MACHINE),
        (MeldingUitstellen(*WHO, SECOND), MACHINE),
        (MeldingRegistreren(*WHO, (FIRST, SECOND), HASH, MAIL), MACHINE),
        (MeldingMislukt(*WHO, (THIRD,), HASH, "SMTP 550"), MACHINE),
        (TerugkomstRegistreren(MAIL, "5.1.1"), MACHINE),
        stream=str(stream_of(*WHO, "2026-03-02")),
    ),
)
