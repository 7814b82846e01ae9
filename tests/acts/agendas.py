# SPDX-License-Identifier: EUPL-1.2
"""Somebody opens an agenda, under another secret too, and closes it."""

from given import AALST

from acts import script
from loket.domain.agendas import AgendaOpenen, AgendaSluiten, stream_of

SCRIPTS = (
    script(
        (AgendaOpenen("ab" * 32), AALST),
        (AgendaOpenen("cd" * 32), AALST),
        (AgendaSluiten(), AALST),
        (AgendaOpenen("ab" * 32), AALST),
        stream=str(stream_of(AALST.bestuur, AALST.persoon)),
    ),
)
