# SPDX-License-Identifier: EUPL-1.2
"""Every answer the module can give instead of facts."""

from loket.kernel import Conflict, Invalid, NotAllowed, NotFound


class OnbekendDossier(NotFound):
    """Er bestaat geen dossier met dit nummer."""


class AnderBestuur(NotAllowed):
    """Dit dossier is van een ander bestuur."""


class NietGeadresseerd(NotAllowed):
    """Dit dossier is niet aan uw bestuur bezorgd."""


class AlOpgesteld(Conflict):
    """Er bestaat al een dossier met dit nummer."""


class AlVerzonden(Conflict):
    """Dit dossier is al verzonden en kan niet meer gewijzigd worden."""


class NietVerzonden(Conflict):
    """Dit dossier is niet verzonden."""


class AlIngetrokken(Conflict):
    """Dit dossier is al ingetrokken."""


class AlVerbeterd(Conflict):
    """Dit dossier is al verbeterd door een later dossier."""


class AlVerworpen(Conflict):
    """Dit dossier is verworpen."""


class EerderVerzonden(Conflict):
    """Dit dossier is eerder verzonden en kan daarom niet verworpen worden, wel ingetrokken."""


class AlToegevoegd(Conflict):
    """Er zit al een bestand met deze naam of met deze inhoud in het dossier."""


class OnbekendDossiertype(Invalid):
    """Dit dossiertype bestaat niet."""


class MagDitTypeNietVerzenden(Invalid):
    """Een bestuur van uw klasse mag dit dossiertype vandaag niet verzenden."""


class VerbetertOnbekendDossier(Invalid):
    """Het dossier dat u verbetert, bestaat niet of is niet door uw bestuur verzonden."""


class OnbekendVeld(Invalid):
    """Het formulier van dit dossiertype heeft dit veld niet."""


class TeGroot(Invalid):
    """De inhoud is groter dan een dossier kan bevatten."""


class OngeldigBestand(Invalid):
    """De naam of het formaat van het bestand is niet bruikbaar, of het bestand is leeg."""


class OnbekendBestand(Invalid):
    """Dit bestand is niet opgeladen door uw bestuur of zit niet in het dossier."""


class OngeldigeLink(Invalid):
    """Een link begint met http(s)://, telt hoogstens 2000 tekens en bevat geen wachtwoord."""


class OnbekendeLink(Invalid):
    """Deze link zit niet in het dossier."""


class OnvolledigDossier(Invalid):
    """Het dossier voldoet niet aan alle regels van zijn formulier."""


class GeenOntvanger(Invalid):
    """Voor dit dossiertype en uw klasse van bestuur is geen ontvanger bepaald."""


class OngeldigeReden(Invalid):
    """Geef een reden van 1 tot 2000 tekens."""


class OngeldigeMelding(Invalid):
    """De melding over het ontvangstbewijs heeft niet de vorm die het systeem verwacht."""


class WaarschuwingNietBevestigd(Invalid):
    """Bevestig eerst de waarschuwingen van dit dossier, of wijzig de velden waarover ze gaan."""


class GeenWaarschuwing(Conflict):
    """Op dit veld is er geen waarschuwing met deze regel."""


class VerwijstNiet(Invalid):
    """Het andere dossier verwijst niet naar dit dossier of stuurt het niet door."""


class GeenDubbel(Invalid):
    """Het andere dossier heeft een andere inhoud of is niet eerder verzonden."""


REFUSALS = (
    OnbekendDossier,
    AnderBestuur,
    NietGeadresseerd,
    AlOpgesteld,
    AlVerzonden,
    NietVerzonden,
    AlIngetrokken,
    AlVerbeterd,
    AlVerworpen,
    EerderVerzonden,
    AlToegevoegd,
    OnbekendDossiertype,
    MagDitTypeNietVerzenden,
    VerbetertOnbekendDossier,
    OnbekendVeld,
    TeGroot,
    OngeldigBestand,
    OnbekendBestand,
    OngeldigeLink,
    OnbekendeLink,
    OnvolledigDossier,
    GeenOntvanger,
    OngeldigeReden,
    OngeldigeMelding,
    WaarschuwingNietBevestigd,
    GeenWaarschuwing,
    VerwijstNiet,
    GeenDubbel,
)
