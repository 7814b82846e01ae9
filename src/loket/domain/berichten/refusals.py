# SPDX-License-Identifier: EUPL-1.2
"""Every answer to a command on a conversation that is no fact."""

from loket.kernel import Conflict, Invalid, NotAllowed, NotFound


class OnbekendGesprek(NotFound):
    """Dit gesprek bestaat niet."""


class OnbekendBericht(NotFound):
    """Dit bericht komt in het gesprek niet voor."""


class GeenPartij(NotAllowed):
    """Uw bestuur neemt niet deel aan dit gesprek."""


class AlGestart(Conflict):
    """Dit gesprek is al gestart."""


class OnbekendeBestemmeling(Invalid):
    """De bestemmeling is geen bestuur dat berichten kan ontvangen."""


class GeenToezichtsrelatie(NotAllowed):
    """Een gesprek verloopt tussen een toezichthouder en een bestuur waarop die toezicht houdt."""


class OnbekendType(Invalid):
    """Dit type communicatie staat niet in de codelijst of geldt vandaag niet."""


class TypeVoorToezichthouder(NotAllowed):
    """Alleen de toezichthouder verstuurt dit type communicatie."""


class OngeldigOnderwerp(Invalid):
    """Geef een onderwerp van 1 tot 300 tekens op één regel."""


class LeegBericht(Invalid):
    """Een bericht bevat een tekst, een bijlage of allebei."""


class TekstTeLang(Invalid):
    """De tekst telt hoogstens 10.000 tekens."""


class OngeldigeBijlage(Invalid):
    """Een bijlage is niet bruikbaar."""


class OngeldigeTermijn(Invalid):
    """Geef een aantal dagen van 1 tot 365."""


class OngeldigeReden(Invalid):
    """Geef een reden van hoogstens 2.000 tekens."""


class OngeldigeNotitie(Invalid):
    """Geef een notitie van 1 tot 10.000 tekens."""


class OnbekendDossier(NotFound):
    """Er is geen dossier met dit kenmerk waarvan uw bestuur partij is."""


class GeenGedeeldDossier(Invalid):
    """De andere kant van het gesprek is geen partij van dit dossier."""


class GesprekIsGesloten(Conflict):
    """Het gesprek is gesloten; heropen het eerst."""


class GesprekIsOpen(Conflict):
    """Het gesprek is niet gesloten."""


class GesprekIsVol(Conflict):
    """Dit gesprek bevat het grootste aantal berichten; start een nieuw gesprek."""


class NietGestart(NotAllowed):
    """Alleen de kant die het gesprek startte, sluit het."""


class AntwoordVerwacht(Conflict):
    """Er wacht nog een bericht op antwoord."""


class NietOntvangen(NotAllowed):
    """Alleen de ontvanger van een bericht doet dit."""


class NietVerzonden(NotAllowed):
    """Alleen de verzender van een bericht doet dit."""


class NogNietGeopend(Conflict):
    """Open het gesprek eerst: de opvraging moet geregistreerd zijn."""


class AlIngetrokken(Conflict):
    """Het bericht is ingetrokken."""


class GeenTermijn(Conflict):
    """Op dit bericht loopt geen reactietermijn."""


class AlGevraagd(Conflict):
    """Er is al uitstel gevraagd; de andere kant beslist eerst."""


class GeenUitstelGevraagd(Conflict):
    """Er is geen uitstel gevraagd."""


REFUSALS = (
    OnbekendGesprek,
    OnbekendBericht,
    GeenPartij,
    AlGestart,
    OnbekendeBestemmeling,
    GeenToezichtsrelatie,
    OnbekendType,
    TypeVoorToezichthouder,
    OngeldigOnderwerp,
    LeegBericht,
    TekstTeLang,
    OngeldigeBijlage,
    OngeldigeTermijn,
    OngeldigeReden,
    OngeldigeNotitie,
    OnbekendDossier,
    GeenGedeeldDossier,
    GesprekIsGesloten,
    GesprekIsOpen,
    GesprekIsVol,
    NietGestart,
    AntwoordVerwacht,
    NietOntvangen,
    NietVerzonden,
    NogNietGeopend,
    AlIngetrokken,
    GeenTermijn,
    AlGevraagd,
    GeenUitstelGevraagd,
)
