# SPDX-License-Identifier: EUPL-1.2
"""The IRI of every event and event field.

OSLO and the vocabularies of today's applications where they have a term; `ext:` elsewhere.
"""

from typing import Final

_DCT = "http://purl.org/dc/terms/"
_EXT = "http://mu.semte.ch/vocabularies/ext/"
_LBLOD = "http://lblod.data.gift/vocabularies/besluit/"
_NFO = "http://www.semanticdesktop.org/ontologies/2007/03/22/nfo#"
_NIE = "http://www.semanticdesktop.org/ontologies/2007/01/19/nie#"
_PAV = "http://purl.org/pav/"
_PROV = "http://www.w3.org/ns/prov#"
_SCHEMA = "http://schema.org/"
_SH = "http://www.w3.org/ns/shacl#"

TERMS: Final = {
    "BesluitOpgesteld": _EXT + "BesluitOpgesteld",
    "VeldenGewijzigd": _EXT + "VeldenGewijzigd",
    "BestandToegevoegd": _EXT + "BestandToegevoegd",
    "BestandVerwijderd": _EXT + "BestandVerwijderd",
    "LinkToegevoegd": _EXT + "LinkToegevoegd",
    "LinkVerwijderd": _EXT + "LinkVerwijderd",
    "BesluitGevalideerd": _SH + "ValidationReport",
    "BesluitVerzonden": _EXT + "BesluitVerzonden",
    "BesluitAfgeleverd": _EXT + "BesluitAfgeleverd",
    "BesluitGeopend": _EXT + "BesluitGeopend",
    "BesluitIngetrokken": _EXT + "BesluitIngetrokken",
    "BesluitVerbeterd": _EXT + "BesluitVerbeterd",
    "BesluitHeropend": _EXT + "BesluitHeropend",
    "BesluitVerworpen": _EXT + "BesluitVerworpen",
    "OntvangstbewijsGemaild": _EXT + "OntvangstbewijsGemaild",
    "OntvangstbewijsNietGemaild": _EXT + "OntvangstbewijsNietGemaild",
    "OntvangstbewijsTeruggekomen": _EXT + "OntvangstbewijsTeruggekomen",
    "WaarschuwingBevestigd": _EXT + "WaarschuwingBevestigd",
    "BesluitDoorgestuurd": _EXT + "BesluitDoorgestuurd",
    "DubbelVermoed": _EXT + "DubbelVermoed",
    "BestandBeoordeeld": _EXT + "BestandBeoordeeld",
    "dossiertype": _DCT + "type",
    "bestuur": _PAV + "createdBy",
    "klasse": "http://data.vlaanderen.be/ns/besluit#classificatie",
    "velden": _PROV + "generated",
    "verbetert": _DCT + "replaces",
    "door": _DCT + "isReplacedBy",
    "document": _NIE + "hasPart",
    "documenten": _DCT + "hasPart",
    "leesbaar": _EXT + "leesbaar",
    "sha256": "http://spdx.org/rdf/terms#checksumValue",
    "size": _NFO + "fileSize",
    "naam": _NFO + "fileName",
    "formaat": _DCT + "format",
    "url": _NIE + "url",
    "links": _PROV + "atLocation",
    "bevindingen": _SH + "result",
    "waarschuwingen": _EXT + "waarschuwing",
    "referentie_versie": _EXT + "referentieVersie",
    "verzending": _EXT + "verzending",
    "ontvanger": _SCHEMA + "recipient",
    "ontvangers": _EXT + "ontvanger",
    "meldingsregel": _LBLOD + "notificationRule",
    "routeringsregel": _EXT + "routeringsregel",
    "subgroepen": _EXT + "subgroep",
    "verwijzingen": _DCT + "references",
    "met_verwijzingen": _EXT + "metVerwijzingen",
    "BesluitDoorgestuurd.door": _DCT + "isReferencedBy",
    "ander": _DCT + "relation",
    "veld": _SH + "resultPath",
    "regel": _SH + "sourceConstraintComponent",
    "reden": _EXT + "reden",
    "status": _EXT + "afleverstatus",
    "adres_hash": _EXT + "adresHash",
    "bericht_id": "http://www.semanticdesktop.org/ontologies/2007/03/22/nmo#messageId",
}
