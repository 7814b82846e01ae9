# SPDX-License-Identifier: EUPL-1.2
"""The IRI of every event and event field: those of today's Berichtencentrum where it has one."""

from typing import Final

_DCT = "http://purl.org/dc/terms/"
_EXT = "http://mu.semte.ch/vocabularies/ext/"
_NFO = "http://www.semanticdesktop.org/ontologies/2007/03/22/nfo#"
_SCHEMA = "http://schema.org/"

TERMS: Final = {
    "GesprekGestart": _SCHEMA + "Conversation",
    "BerichtVerzonden": _EXT + "BerichtVerzonden",
    "BerichtAfgeleverd": _EXT + "BerichtAfgeleverd",
    "BerichtGeopend": _EXT + "BerichtGeopend",
    "BerichtGelezen": _EXT + "BerichtGelezen",
    "BerichtOngelezenGemarkeerd": _EXT + "BerichtOngelezenGemarkeerd",
    "UitstelGevraagd": _EXT + "UitstelGevraagd",
    "UitstelToegestaan": _EXT + "UitstelToegestaan",
    "UitstelGeweigerd": _EXT + "UitstelGeweigerd",
    "BerichtIngetrokken": _EXT + "BerichtIngetrokken",
    "NotitieGemaakt": _EXT + "NotitieGemaakt",
    "GesprekGesloten": _EXT + "GesprekGesloten",
    "GesprekHeropend": _EXT + "GesprekHeropend",
    "bericht": _SCHEMA + "position",
    "van": _SCHEMA + "sender",
    "naar": _EXT + "bestemmeling",
    "ontvanger": _SCHEMA + "recipient",
    "bestuur": "http://www.w3.org/ns/prov#wasAttributedTo",
    "persoon": _EXT + "gelezenDoor",
    "onderwerp": _SCHEMA + "about",
    "type_communicatie": _DCT + "type",
    "tekst": _SCHEMA + "text",
    "documenten": _DCT + "hasPart",
    "sha256": "http://spdx.org/rdf/terms#checksumValue",
    "size": _NFO + "fileSize",
    "naam": _NFO + "fileName",
    "formaat": _DCT + "format",
    "dossier": _EXT + "dossier",
    "behandeling": _EXT + "behandeling",
    "omzendbrief": _EXT + "omzendbrief",
    "reactietermijn": _SCHEMA + "processingTime",
    "beantwoordt": _EXT + "beantwoordt",
    "dagen": _EXT + "dagen",
    "reden": _EXT + "reden",
    "geopend": _EXT + "geopend",
    "referentie_versie": _EXT + "referentieVersie",
}
