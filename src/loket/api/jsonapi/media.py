# SPDX-License-Identifier: EUPL-1.2
"""The media type of JSON:API, and what a client may say of it (JSON:API 1.1, section 5)."""

import re
from collections.abc import Iterator

from loket.api.refusals import MediatypeNietOndersteund, NietAanvaardbaar

MEDIA_TYPE = "application/vnd.api+json"

_PART = re.compile(r'\s*([^;,"\s=]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^;,"\s]*))?\s*')
_SPLIT = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')
_PARAMETERS = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')


def negotiate(content_type: str | None, accept: str | None) -> None:
    """Raises MediatypeNietOndersteund or NietAanvaardbaar when a client asks what we do not do.

    We know no extensions. Profiles that we do not know are ignored, as the standard says.
    """
    for name, parameters in _types(content_type):
        if name == MEDIA_TYPE and not _fits(parameters):
            raise MediatypeNietOndersteund(
                "Dit mediatype mag geen parameters hebben, behalve profile."
            )
    asked = [parameters for name, parameters in _types(accept) if name == MEDIA_TYPE]
    if asked and not any(map(_fits, asked)):
        raise NietAanvaardbaar(f"Vraag {MEDIA_TYPE} zonder parameters, behalve profile.")


def _fits(parameters: dict[str, str]) -> bool:
    return not set(parameters) - {"profile", "q"}


def _types(header: str | None) -> Iterator[tuple[str, dict[str, str]]]:
    for each in _SPLIT.split(header or ""):
        name, *parameters = _PARAMETERS.split(each)
        found = [match for part in parameters if (match := _PART.fullmatch(part))]
        yield name.strip().lower(), {match[1].lower(): match[2] or "" for match in found}
