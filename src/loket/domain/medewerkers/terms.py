# SPDX-License-Identifier: EUPL-1.2
"""The IRI of every event and event field."""

from typing import Final

_EXT = "http://mu.semte.ch/vocabularies/ext/"
_SCHEMA = "http://schema.org/"

TERMS: Final = {
    "ProfielBijgewerkt": _EXT + "ProfielBijgewerkt",
    "AfwezigheidGemeld": _EXT + "AfwezigheidGemeld",
    "AfwezigheidBeeindigd": _EXT + "AfwezigheidBeeindigd",
    "ZoekopdrachtBewaard": _EXT + "ZoekopdrachtBewaard",
    "ZoekopdrachtVerwijderd": _EXT + "ZoekopdrachtVerwijderd",
    "MailvoorkeurIngesteld": _EXT + "MailvoorkeurIngesteld",
    "bestuur": "http://www.w3.org/ns/org#memberOf",
    "persoon": "http://purl.org/dc/terms/identifier",
    "persoon_naam": "http://xmlns.com/foaf/0.1/name",
    "email": _SCHEMA + "email",
    "teams": _EXT + "team",
    "van": _SCHEMA + "startDate",
    "tot": _SCHEMA + "endDate",
    "vervanger": _EXT + "vervanger",
    "vervanger_naam": _EXT + "vervangerNaam",
    "op": "http://purl.org/dc/terms/date",
    "naam": "http://www.w3.org/2000/01/rdf-schema#label",
    "bron": "http://purl.org/dc/terms/source",
    "vraag": _SCHEMA + "query",
    "soort": "http://purl.org/dc/terms/type",
    "wijze": _EXT + "wilMailOntvangen",
    "adres": _EXT + "mailAdresVoorNotificaties",
}
