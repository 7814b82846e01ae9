# SPDX-License-Identifier: EUPL-1.2
"""How much a dossier may hold, and which texts are fit to be recorded.

Every text and list of an event is bounded here, so that no fact grows without limit.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from loket.bounds import MAX_BIJLAGEN, MAX_REDEN, MAX_TEKST, file_problem, is_text
from loket.domain.toezicht.refusals import (
    OngeldigBestand,
    OngeldigeLink,
    OngeldigeMelding,
    OngeldigeReden,
    TeGroot,
)
from loket.kernel import Finding, Value

MAX_ITEM = 2_000
MAX_LIJST = 500
MAX_VELDEN_TOTAAL = 200_000

_UNSAFE_IN_URL = re.compile(r"[\s\x00-\x20\x7f-\x9f<>\"\\^`{|}]")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}|")
_HASH = re.compile(r"[0-9a-f]{64}")
_MESSAGE_ID = re.compile(r"[\x21-\x7e]{1,255}")


def bounded(velden: Mapping[str, Value]) -> None:
    """Raises TeGroot when a field, or all together, are larger than a dossier may hold."""
    large = [name for name, value in velden.items() if not _fits(value)]
    if large:
        melding = f"Gebruik hoogstens {MAX_TEKST} tekens, {MAX_LIJST} waarden of getallen tot 2^53."
        raise TeGroot("", *(Finding(name, "te-groot", melding) for name in large))
    if sum(map(_size, velden.values())) > MAX_VELDEN_TOTAAL:
        raise TeGroot(f"Alle velden samen tellen hoogstens {MAX_VELDEN_TOTAAL} tekens.")


def _fits(value: Value) -> bool:
    match value:
        case str():
            return len(value) <= MAX_TEKST
        case int():
            return abs(value) < 2**53
        case tuple():
            return len(value) <= MAX_LIJST and all(len(item) <= MAX_ITEM for item in value)
        case None:
            return True


def _size(value: Value) -> int:
    match value:
        case str():
            return len(value)
        case tuple():
            return sum(map(len, value))
        case _:
            return 0


def room_for(attachments: int) -> None:
    """Raises TeGroot when a dossier with this many links or files takes no more."""
    if attachments >= MAX_BIJLAGEN:
        raise TeGroot(f"Een dossier bevat hoogstens {MAX_BIJLAGEN} links en evenveel bestanden.")


def checked_file(naam: str, formaat: str, size: int) -> None:
    """Raises OngeldigBestand for a name or media type unfit to be stored, or an empty file."""
    if problem := file_problem(naam, formaat, size):
        raise OngeldigBestand(problem)


def checked_link(url: str) -> None:
    """Raises OngeldigeLink for what is no plain http(s) address."""
    if len(url) > MAX_ITEM or _UNSAFE_IN_URL.search(url):
        raise OngeldigeLink
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise OngeldigeLink from error
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc:
        raise OngeldigeLink


def checked_reason(reden: str) -> None:
    """Raises OngeldigeReden for a blank or too long reason."""
    if not is_text(reden):
        raise OngeldigeReden


def checked_status(status: str) -> None:
    """Raises OngeldigeMelding for what is no status code of mail (RFC 3463), nor empty."""
    if not _STATUS.fullmatch(status):
        raise OngeldigeMelding


def checked_mail(adres_hash: str, bericht_id: str = "-", reden: str = "-") -> None:
    """Raises OngeldigeMelding for what is no SHA-256, message id or bounded reason."""
    if not (
        _HASH.fullmatch(adres_hash)
        and _MESSAGE_ID.fullmatch(bericht_id)
        and 0 < len(reden) <= MAX_REDEN
    ):
        raise OngeldigeMelding
