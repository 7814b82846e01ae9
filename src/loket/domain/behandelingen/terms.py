# SPDX-License-Identifier: EUPL-1.2
"""The IRI of every event and event field."""

from typing import Final

_DCT = "http://purl.org/dc/terms/"
_EXT = "http://mu.semte.ch/vocabularies/ext/"
_NFO = "http://www.semanticdesktop.org/ontologies/2007/03/22/nfo#"
_SCHEMA = "http://schema.org/"

TERMS: Final = {
    "BehandelingGestart": _EXT + "BehandelingGestart",
    "NieuweVerzendingOntvangen": _EXT + "NieuweVerzendingOntvangen",
    "BehandelingToegewezen": _EXT + "BehandelingToegewezen",
    "InBehandelingGenomen": _EXT + "InBehandelingGenomen",
    "OpvragingGesteld": _EXT + "OpvragingGesteld",
    "AntwoordOntvangen": _EXT + "AntwoordOntvangen",
    "ToezichtsbesluitGenomen": _EXT + "ToezichtsbesluitGenomen",
    "GeenMaatregelVastgesteld": _EXT + "GeenMaatregelVastgesteld",
    "BehandelingAfgesloten": _EXT + "BehandelingAfgesloten",
    "BehandelingHeropend": _EXT + "BehandelingHeropend",
    "Overgedragen": _EXT + "Overgedragen",
    "NotitieGemaakt": _EXT + "NotitieGemaakt",
    "DossierIngetrokken": _EXT + "DossierIngetrokken",
    "DossierTeruggegeven": _EXT + "DossierTeruggegeven",
    "DossierVerbeterd": _EXT + "DossierVerbeterd",
    "dossier": _SCHEMA + "itemReviewed",
    "verzending": _EXT + "verzending",
    "ontvanger": _SCHEMA + "recipient",
    "bestuur": "http://purl.org/pav/createdBy",
    "klasse": "http://data.vlaanderen.be/ns/besluit#classificatie",
    "dossiertype": _DCT + "type",
    "partijen": _SCHEMA + "participant",
    "team": _EXT + "team",
    "afgeleverd_op": _EXT + "deliveredAt",
    "termijn": _EXT + "termijn",
    "gestuit": _EXT + "gestuiteTermijn",
    "referentie_versie": _EXT + "referentieVersie",
    "persoon": "http://www.w3.org/ns/prov#agent",
    "persoon_naam": "http://xmlns.com/foaf/0.1/name",
    "aan": _EXT + "overgedragenAan",
    "aan_naam": _EXT + "overgedragenAanNaam",
    "nummer": _SCHEMA + "position",
    "gesteld_op": _SCHEMA + "dateSent",
    "tekst": _SCHEMA + "text",
    "dagen": _SCHEMA + "processingTime",
    "documenten": _DCT + "hasPart",
    "sha256": "http://spdx.org/rdf/terms#checksumValue",
    "size": _NFO + "fileSize",
    "naam": _NFO + "fileName",
    "formaat": _DCT + "format",
    "bericht": _SCHEMA + "messageAttachment",
    "toelichting": "http://www.w3.org/2000/01/rdf-schema#comment",
    "ontvangen_op": _SCHEMA + "dateReceived",
    "uitkomst": _SCHEMA + "reviewAspect",
    "motivering": _SCHEMA + "reviewBody",
    "waarschuwingen": _EXT + "waarschuwing",
    "reden": _EXT + "reden",
    "door": _DCT + "isReplacedBy",
}
