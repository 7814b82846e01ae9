# SPDX-License-Identifier: EUPL-1.2
"""Every answer the module can give instead of facts."""

from loket.kernel import Conflict, Invalid, NotAllowed, NotFound


class OnbekendeMedewerker(NotFound):
    """Deze medewerker is niet bekend."""


class NietUwGegevens(NotAllowed):
    """U kunt alleen uw eigen gegevens wijzigen."""


class OnbekendTeam(Invalid):
    """Uw bestuur heeft dit team niet."""


class OngeldigeAfwezigheid(Invalid):
    """De dagen van de afwezigheid of de vervanger kloppen niet."""


class NietAfwezig(Conflict):
    """Er is geen afwezigheid gemeld."""


class OngeldigeZoekopdracht(Invalid):
    """De zoekopdracht heeft niet de vorm die bewaard kan worden."""


class TeVeelZoekopdrachten(Conflict):
    """U hebt al honderd zoekopdrachten bewaard; verwijder er eerst een."""


class OnbekendeZoekopdracht(NotFound):
    """U hebt geen zoekopdracht met deze naam bewaard."""


class OngeldigeVoorkeur(Invalid):
    """De voorkeur voor mail bestaat niet, of er is geen bruikbaar adres."""


REFUSALS = (
    OnbekendeMedewerker,
    NietUwGegevens,
    OnbekendTeam,
    OngeldigeAfwezigheid,
    NietAfwezig,
    OngeldigeZoekopdracht,
    TeVeelZoekopdrachten,
    OnbekendeZoekopdracht,
    OngeldigeVoorkeur,
)
