# SPDX-License-Identifier: EUPL-1.2
"""Every answer the register can give instead of facts."""

from loket.kernel import Conflict, Invalid, NotFound


class OnbekendBestuur(NotFound):
    """Dit bestuur staat niet in het register."""


class AlGeregistreerd(Conflict):
    """Dit bestuur staat al met andere gegevens in het register; gebruik bestuur-wijzigen."""


class AlGefuseerd(Conflict):
    """Dit bestuur is al opgegaan in een ander bestuur."""


class AndereStroom(Invalid):
    """De stroom van een bestuur volgt uit zijn URI; deze URI hoort bij een andere stroom."""


class OngeldigeGegevens(Invalid):
    """De gegevens van het bestuur voldoen niet aan de vorm die het register vraagt."""


class OnbekendeKlasse(Invalid):
    """De klasse staat niet in de codelijst BestuurseenheidClassificatieCode."""


class OnbekendeOpvolger(Invalid):
    """Het bestuur waarin dit bestuur opgaat, is onbekend of is dit bestuur zelf."""


class OngeldigeRelatie(Invalid):
    """Tussen deze besturen kan zo'n relatie niet bestaan, of de data kloppen niet."""


class RelatieBestaatAl(Conflict):
    """Op een van deze dagen bestaat er al zo'n relatie; beëindig die eerst."""


class OnbekendeRelatie(NotFound):
    """Op die dag is er geen relatie van die soort met dat bestuur."""
