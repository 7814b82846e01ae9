# SPDX-License-Identifier: EUPL-1.2
"""What HTTP itself can answer instead of what was asked, in the words of the kernel."""

from loket.kernel import Conflict, Invalid, NotFound, Refused


class AanvraagOngeldig(Invalid):
    """De aanvraag heeft niet de gevraagde vorm."""


class VraagOngeldig(Invalid):
    """Een parameter bestaat hier niet of heeft niet de gevraagde vorm."""


class UitvoerTeGroot(Invalid):
    """Deze lijst is te lang om in één keer uit te voeren; verfijn de filters."""


class InhoudTeGroot(Invalid):
    """De inhoud is groter dan één gebeurtenis kan bevatten."""


class NietGevonden(NotFound):
    """Hier is niets, of niets wat u mag zien."""


class NogNietGeopend(Conflict):
    """Dit dossier is nog niet geopend; open het eerst, dan wordt de opvraging geregistreerd."""


class MethodeNietToegelaten(Refused):
    """Dit adres kent deze HTTP-methode niet."""


class AanvraagTeGroot(Refused):
    """De aanvraag is groter dan toegelaten."""


class MediatypeNietOndersteund(Refused):
    """De inhoud van een aanvraag heeft niet het gevraagde mediatype."""


class NietAanvaardbaar(Refused):
    """Geen van de gevraagde mediatypes kan geleverd worden."""


class BereikOngeldig(Refused):
    """Het gevraagde deel valt buiten het bestand."""


class InterneFout(Refused):
    """Er ging iets mis in het loket; meld het kenmerk aan de beheerder."""


class TijdelijkOnbeschikbaar(Refused):
    """Het loket is tijdelijk niet beschikbaar; probeer later opnieuw."""
