# SPDX-License-Identifier: EUPL-1.2
"""Every answer the module can give instead of facts."""

from loket.kernel import Conflict, Invalid, NotAllowed, NotFound


class OnbekendeBehandeling(NotFound):
    """Er is geen behandeling met dit nummer."""


class AnderBestuur(NotAllowed):
    """Alleen de ontvanger van het dossier behandelt het."""


class AlleenLezen(NotAllowed):
    """Bij het Agentschap Binnenlands Bestuur behandelt alleen een editeur van toezicht."""


class AndereStroom(Invalid):
    """De stroom van een behandeling volgt uit het dossier en de ontvanger."""


class OngeldigeMelding(Invalid):
    """De melding over het dossier heeft niet de vorm die het systeem verwacht."""


class OngeldigeTekst(Invalid):
    """Een verplichte tekst ontbreekt of is te lang."""


class OngeldigeBijlage(Invalid):
    """Een bijlage is niet bruikbaar."""


class OngeldigeTermijn(Invalid):
    """Een termijn om te reageren telt 0 tot 365 dagen."""


class OngeldigeOntvangst(Invalid):
    """De dag van ontvangst klopt niet."""


class OnbekendeMedewerker(Invalid):
    """Deze medewerker is niet bekend in uw bestuur."""


class OnbekendTeam(Invalid):
    """Uw bestuur heeft dit team niet."""


class NiemandGekozen(Invalid):
    """Kies een medewerker of een team om het dossier aan over te dragen."""


class OnbekendeUitkomst(Invalid):
    """Deze uitkomst bestaat niet."""


class Twijfelachtig(Invalid):
    """Dit besluit is twijfelachtig; bevestig het als u er zeker van bent."""


class TermijnVerstreken(Conflict):
    """De termijn van het toezicht is verstreken."""


class TermijnLoopt(Conflict):
    """De termijn is nog niet verstreken zonder maatregel."""


class OpvragingLoopt(Conflict):
    """Er loopt al een opvraging waarop nog geen antwoord kwam."""


class GeenOpvraging(Conflict):
    """Er loopt geen opvraging."""


class AlBeslist(Conflict):
    """Over dit dossier is al beslist."""


class GeenUitkomst(Conflict):
    """Er is nog geen uitkomst; geef een reden om zonder uitkomst af te sluiten."""


class AlAfgesloten(Conflict):
    """De behandeling is afgesloten; heropen ze eerst."""


class NietAfgesloten(Conflict):
    """De behandeling is niet afgesloten."""


class IsIngetrokken(Conflict):
    """Het bestuur heeft dit dossier ingetrokken; er is niets meer te behandelen."""


class IsTeruggegeven(Conflict):
    """Het dossier is opnieuw een concept van het bestuur; het wacht op een nieuwe verzending."""


class IsVerbeterd(Conflict):
    """Een later dossier verbetert dit dossier en wordt in zijn plaats behandeld."""


REFUSALS = (
    OnbekendeBehandeling,
    AnderBestuur,
    AlleenLezen,
    AndereStroom,
    OngeldigeMelding,
    OngeldigeTekst,
    OngeldigeBijlage,
    OngeldigeTermijn,
    OngeldigeOntvangst,
    OnbekendeMedewerker,
    OnbekendTeam,
    NiemandGekozen,
    OnbekendeUitkomst,
    Twijfelachtig,
    TermijnVerstreken,
    TermijnLoopt,
    OpvragingLoopt,
    GeenOpvraging,
    AlBeslist,
    GeenUitkomst,
    AlAfgesloten,
    NietAfgesloten,
    IsIngetrokken,
    IsTeruggegeven,
    IsVerbeterd,
)
