# SPDX-License-Identifier: EUPL-1.2
"""A time-stamping authority fails, recovers and drifts."""

from given import MACHINE

from acts import script
from loket.domain.tijdstempels import KlokafwijkingMelden, TsaHerstelMelden, TsaStoringMelden

TSA = "https://tsa.example"

SCRIPTS = (
    script(
        (TsaStoringMelden(TSA, "geen antwoord"), MACHINE),
        (TsaStoringMelden("https://tweede.example", "geen antwoord"), MACHINE),
        (TsaHerstelMelden(TSA), MACHINE),
        (KlokafwijkingMelden(TSA, -1500), MACHINE),
        (KlokafwijkingMelden(TSA, 0), MACHINE),
    ),
)
