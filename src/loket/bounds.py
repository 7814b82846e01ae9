# SPDX-License-Identifier: EUPL-1.2
"""Which texts and files are fit to be recorded: no fact grows without limit or hides a character.

A module raises its own refusal for what is not; these tell what is wrong, in Dutch.
"""

import re
from collections.abc import Mapping, Sequence

from loket.kernel import Bijlage, Document, Finding

MAX_REDEN = 2_000
"""Characters in a reason or another short text."""

MAX_TEKST = 10_000
"""Characters in a message or another long text."""

MAX_BIJLAGEN = 200
"""Files in one dossier or message."""

_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f/\\\u202a-\u202e\u2066-\u2069]{1,255}")
_FORMAT = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,127}")


def is_text(text: str, most: int = MAX_REDEN) -> bool:
    """True for a text that is not blank and has at most this many characters."""
    return bool(text.strip()) and len(text) <= most


def file_problem(naam: str, formaat: str, size: int) -> str:
    """Why a file of this name, media type and size (bytes) cannot be recorded; empty if it can."""
    if not _NAME.fullmatch(naam) or naam != naam.strip() or naam in {".", ".."}:
        return "Geef een naam van 1 tot 255 tekens zonder schuine strepen of stuurtekens."
    if not _FORMAT.fullmatch(formaat):
        return "Geef het formaat als mediatype, bijvoorbeeld application/pdf."
    return "" if size > 0 else "Het bestand is leeg."


def attached(
    bijlagen: Sequence[Bijlage], sizes: Mapping[str, int]
) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
    """The documents these uploads become, and what is wrong with them (then they are of no use).

    `sizes` are those of the files the actor's bestuur has uploaded (`Context.documents`).
    """
    findings = [
        Finding(f"bijlagen/{n}", "bijlage", problem)
        for n, each in enumerate(bijlagen)
        if (problem := _problem(each, sizes))
    ]
    for what in ("naam", "sha256"):
        values = [getattr(each, what) for each in bijlagen]
        if len(set(values)) < len(values):
            findings.append(Finding("bijlagen", "dubbel", "Voeg elk bestand één keer toe."))
    if len(bijlagen) > MAX_BIJLAGEN:
        findings.append(
            Finding("bijlagen", "aantal", f"Voeg hoogstens {MAX_BIJLAGEN} bestanden toe.")
        )
    documents = tuple(
        Document(each.sha256, sizes.get(each.sha256, 0), each.naam, each.formaat)
        for each in bijlagen
    )
    return documents, tuple(findings)


def _problem(bijlage: Bijlage, sizes: Mapping[str, int]) -> str:
    size = sizes.get(bijlage.sha256)
    if size is None:
        return "Laad dit bestand eerst op: uw bestuur heeft het niet opgeladen."
    return file_problem(bijlage.naam, bijlage.formaat, size)
