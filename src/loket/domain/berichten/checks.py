# SPDX-License-Identifier: EUPL-1.2
"""What a message must be, and between whom: each check raises its own refusal."""

import re
from collections.abc import Sequence

from loket.bounds import MAX_BIJLAGEN, MAX_REDEN, MAX_TEKST, attached, file_problem, is_text
from loket.domain.berichten.refusals import (
    GeenGedeeldDossier,
    GeenToezichtsrelatie,
    LeegBericht,
    OnbekendDossier,
    OnbekendeBestemmeling,
    OnbekendType,
    OngeldigeBijlage,
    OngeldigeNotitie,
    OngeldigeReden,
    OngeldigeTermijn,
    OngeldigOnderwerp,
    TekstTeLang,
    TypeVoorToezichthouder,
)
from loket.kernel import Bijlage, Context, Document, Finding
from loket.reference import Concept, Reference, belgian_day

LIJST = "type-communicatie"
"""The code list of types of communication."""

REACTIE, OPVRAGING, KENNISGEVING, OMZENDBRIEF = (
    "reactie",
    "opvraging",
    "kennisgeving",
    "omzendbrief",
)
"""Short codes of the types that the product itself sends."""

OF_SUPERVISOR = frozenset({OPVRAGING, KENNISGEVING, OMZENDBRIEF})
"""Short codes of the types that only a supervisor sends."""

MAX_ONDERWERP = 300
MAX_DAGEN = 365
MAX_UITSTEL = 730
"""Days of extension of one term, all together."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_DOSSIER = re.compile(r"toezicht/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_STREAM = re.compile(r"[a-z]{1,40}/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _klasse(bestuur: str, ctx: Context) -> str:
    """The short code of the class of a bestuur; empty when it is not known."""
    reference: Reference = ctx.reference
    found = reference.besturen.get(bestuur)
    if found is None:
        return ""
    concept = reference.codelijsten["bestuurseenheid-classificatie"].concepten.get(found.klasse)
    return concept.notatie if concept else ""


def supervises(bestuur: str, other: str, ctx: Context) -> bool:
    """True when this bestuur supervises the other, or is otherwise set over it.

    ABB supervises all; a gemeente, provincie, central board or representative body the worship
    bodies to which it has a relation today.
    """
    if _klasse(bestuur, ctx) == "ABB":
        return _klasse(other, ctx) != "ABB"
    reference: Reference = ctx.reference
    today = belgian_day(ctx.at)
    return any(r.ander == bestuur and r.op(today) for r in reference.relaties.heen.get(other, ()))


def known(bestuur: str, ctx: Context) -> None:
    """Raises OnbekendeBestemmeling for who is not in the register."""
    reference: Reference = ctx.reference
    if bestuur not in reference.besturen:
        rule = Finding("naar", "bekend-bestuur", "Geef de URI van een bestuur.")
        raise OnbekendeBestemmeling("", rule)


def different(van: str, naar: str) -> None:
    """Raises OnbekendeBestemmeling when both sides are the same."""
    if van == naar:
        rule = Finding("naar", "ander-bestuur", "Kies een ander bestuur dan het uwe.")
        raise OnbekendeBestemmeling("", rule)


def pair(van: str, naar: str, ctx: Context) -> None:
    """Raises unless one of these besturen supervises the other."""
    known(naar, ctx)
    different(van, naar)
    if not (supervises(van, naar, ctx) or supervises(naar, van, ctx)):
        raise GeenToezichtsrelatie


def type_known(uri: str, ctx: Context) -> Concept:
    """The type; raises OnbekendType for one that is not in the list today."""
    reference: Reference = ctx.reference
    concept = reference.codelijsten[LIJST].concept(uri, belgian_day(ctx.at))
    if concept is None:
        rule = Finding("type_communicatie", "codelijst", "Kies een type uit de codelijst.")
        raise OnbekendType("", rule)
    return concept


def type_for(uri: str, van: str, naar: str, ctx: Context) -> None:
    """Raises for a type that is not in the list today, or is not for this sender."""
    concept = type_known(uri, ctx)
    if concept.notatie in OF_SUPERVISOR and not supervises(van, naar, ctx):
        raise TypeVoorToezichthouder(f"'{concept.label}' verstuurt alleen de toezichthouder.")


def reply_type(ctx: Context) -> str:
    """The type (URI) of an answer that names none."""
    reference: Reference = ctx.reference
    concept = reference.codelijsten[LIJST].find(REACTIE)
    return concept.uri if concept else ""


def shared(dossier: str, van: str, naar: str, ctx: Context) -> None:
    """Raises unless both are a party of this dossier.

    Who is no party themselves gets the answer for a dossier that does not exist.
    """
    related = ctx.related.get(dossier) if _DOSSIER.fullmatch(dossier) else None
    state = related.state if related else None
    delivered: frozenset[str] = getattr(state, "afgeleverd", frozenset())
    parties = {getattr(state, "bestuur", ""), *delivered} - {""}
    if van not in parties:
        raise OnbekendDossier
    if naar not in parties:
        raise GeenGedeeldDossier


def names(dossier: str, *streams: str) -> None:
    """Raises OnbekendDossier for what the machine names and is no stream."""
    if (dossier and not _DOSSIER.fullmatch(dossier)) or not all(
        _STREAM.fullmatch(each) for each in streams if each
    ):
        raise OnbekendDossier


def subject(onderwerp: str) -> None:
    """Raises OngeldigOnderwerp for a blank, long or broken subject."""
    if not is_text(onderwerp, MAX_ONDERWERP) or _CONTROL.search(onderwerp.strip()):
        raise OngeldigOnderwerp


def content(tekst: str, bijlagen: Sequence[Bijlage], ctx: Context) -> tuple[Document, ...]:
    """The documents of a message. Raises for what is empty, too long or unusable."""
    text(tekst, bijlagen)
    documents, findings = attached(bijlagen, ctx.documents)
    if findings:
        raise OngeldigeBijlage("", *findings)
    return documents


def text(tekst: str, files: Sequence[object]) -> None:
    """Raises LeegBericht without text or file, TekstTeLang for more than a message holds."""
    if not tekst.strip() and not files:
        raise LeegBericht
    if len(tekst) > MAX_TEKST:
        raise TekstTeLang


def carried(documents: Sequence[Document]) -> None:
    """Raises OngeldigeBijlage for documents that no message could have been sent with."""
    findings = [
        Finding(f"documenten/{n}", "bijlage", problem)
        for n, each in enumerate(documents)
        if (problem := file_problem(each.naam, each.formaat, each.size))
        or (problem := "" if re.fullmatch("[0-9a-f]{64}", each.sha256) else "Geen SHA-256.")
    ]
    if len(documents) > MAX_BIJLAGEN:
        findings.append(Finding("documenten", "aantal", f"Hoogstens {MAX_BIJLAGEN} bestanden."))
    if findings:
        raise OngeldigeBijlage("", *findings)


def term(days: int) -> None:
    """Raises OngeldigeTermijn for what is neither no term nor a bounded one."""
    if days:
        _bounded(days, MAX_DAGEN)


def days(asked: int, granted: int) -> None:
    """Raises OngeldigeTermijn for an extension by none or too many days."""
    _bounded(asked, MAX_DAGEN)
    if asked + granted > MAX_UITSTEL:
        raise OngeldigeTermijn(f"Al het uitstel samen telt hoogstens {MAX_UITSTEL} dagen.")


def _bounded(days: int, most: int) -> None:
    if not 0 < days <= most:
        raise OngeldigeTermijn


def reason(reden: str) -> None:
    """Raises OngeldigeReden for a blank or too long reason."""
    if not is_text(reden):
        raise OngeldigeReden


def optional_reason(reden: str) -> None:
    """Raises OngeldigeReden for a too long reason."""
    if len(reden) > MAX_REDEN:
        raise OngeldigeReden


def note(tekst: str) -> None:
    """Raises OngeldigeNotitie for a blank or too long note."""
    if not is_text(tekst, MAX_TEKST):
        raise OngeldigeNotitie
