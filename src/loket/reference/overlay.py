# SPDX-License-Identifier: EUPL-1.2
"""Changes to reference data, laid over the files that ship with the product.

A change gives one definition a new content, or takes it away. Changes are applied to the JSON,
in the order of the log, before it is read: what ships and what was changed are read by the same
`parse`. Each change makes a new version, so that a version names everything before it.

files + changes → files → `parse` → `Reference`
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from loket.reference.loader import parse
from loket.reference.model import Reference

Json = dict[str, Any]
Files = Mapping[str, bytes]
UNREADABLE = (KeyError, ValueError, TypeError, AttributeError, RecursionError)
"""What reading a wrong definition may raise."""


@dataclass(frozen=True, slots=True)
class Soort:
    """A kind of definition and where it stands: a list of a file, or of a definition that holds it.

    `sleutel` is the member that is its key (empty: the list is an object by key); a definition
    `binnen` another has the key of that other, a blank, and its own. `einde` says what ends with
    it: "" itself, by its `geldig_tot`; the name of a list in it, whose members end; None when it
    knows no time and is taken away. `vooraan`: a new one comes before the others.
    """

    naam: str
    meervoud: str
    bestand: str
    lijst: str
    sleutel: str
    binnen: str = ""
    einde: str | None = ""
    vooraan: bool = False


SOORTEN: Mapping[str, Soort] = {
    soort.naam: soort
    for soort in (
        Soort("codelijst", "codelijsten", "codelijsten", "codelijsten", "sleutel", "", "concepten"),
        Soort("concept", "concepten", "codelijsten", "concepten", "uri", "codelijst"),
        Soort(
            "dossiertype", "dossiertypes", "dossiertypes", "dossiertypes", "uri", "",
            "meldingsregels",
        ),
        Soort("meldingsregel", "meldingsregels", "dossiertypes", "meldingsregels", "uri",
              "dossiertype"),
        Soort("veld", "velden", "dossiertypes", "velden", "", "", None),
        Soort("voorwaarde", "voorwaarden", "dossiertypes", "voorwaarden", "", "", None),
        Soort("formulierregel", "formulierregels", "dossiertypes", "regels", "", "", None),
        Soort("orgaanregel", "organen", "organen", "organen", "id", vooraan=True),
        Soort("routeringsregel", "routering", "routering", "regels", "id", vooraan=True),
        Soort("verwijsregel", "verwijzing", "verwijsregels", "regels", "id"),
        Soort("termijnregel", "termijnen", "termijnregels", "regels", "id"),
        Soort("feestdag", "feestdagen", "feestdagen", "feestdagen", "naam"),
        Soort("team", "werkverdeling", "werkverdeling", "teams", "id", vooraan=True),
        Soort(
            "toezichtstermijn", "toezichtstermijnen", "toezichtsvormen", "termijnen", "regel",
            vooraan=True,
        ),
        Soort(
            "goedkeuring", "goedkeuringen", "toezichtsvormen", "goedkeuring", "omschrijving",
            vooraan=True,
        ),
    )
}  # fmt: skip
"""Every kind of definition; one whose file does not ship has no definitions."""


def offered(reference: Reference) -> list[Soort]:
    """The kinds of which there can be definitions."""
    return [soort for soort in SOORTEN.values() if soort.bestand in reference.bron]


@dataclass(frozen=True, slots=True)
class Wijziging:
    """One change: the new content of a definition as canonical JSON, empty to take it away."""

    soort: str
    sleutel: str
    inhoud: str


@dataclass(frozen=True, slots=True)
class Overlaid:
    """Reference data with changes; `left_out` tells of changes that no longer fit (by place in
    the sequence) why they do not count."""

    reference: Reference
    left_out: Mapping[int, str]


def stream_of(soort: str, sleutel: str) -> str:
    """The stream (UUID) of a definition."""
    return str(uuid5(NAMESPACE_URL, f"urn:loket:referentie:{soort}:{sleutel}"))


def canonical(content: Any) -> str:
    """One text for one content."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def next_version(version: str, change: Wijziging) -> str:
    """The version that this change makes of that one.

    `shipped` is the digest of the files that ship, `shipped.n.digest` that with n changes, so
    that a version found in an old decision still says what it was made of.
    """
    shipped, _, made = version.partition(".")
    count = int(made.partition(".")[0] or 0) + 1
    told = f"{version}\n{change.soort}\n{change.sleutel}\n{change.inhoud}"
    return f"{shipped}.{count}.{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def versions(base: str, changes: Iterable[Wijziging]) -> Iterator[str]:
    """The version after each of these changes."""
    for change in changes:
        base = next_version(base, change)
        yield base


def definitions(files: Files, soort: Soort) -> Mapping[str, Json]:
    """All definitions of a kind, by key."""
    return dict(_listed(json.loads(files[soort.bestand]), soort)) if soort.bestand in files else {}


def definition(files: Files, soort: Soort, sleutel: str) -> Json | None:
    """One definition, if it is there."""
    return definitions(files, soort).get(sleutel)


def _listed(content: Json, soort: Soort) -> Iterator[tuple[str, Json]]:
    if soort.binnen:
        for parent, item in _listed(content, SOORTEN[soort.binnen]):
            for child in item.get(soort.lijst, ()):
                yield f"{parent} {child[soort.sleutel]}", child
    elif soort.sleutel:
        yield from ((item[soort.sleutel], item) for item in content[soort.lijst])
    else:
        yield from content[soort.lijst].items()


def applied(files: Files, changes: Sequence[Wijziging]) -> dict[str, bytes]:
    """These files with these changes, in order. Raises what `UNREADABLE` names."""
    touched = {SOORTEN[change.soort].bestand for change in changes}
    content = {name: json.loads(files[name]) for name in touched}
    for change in changes:
        soort = SOORTEN[change.soort]
        item = json.loads(change.inhoud) if change.inhoud else None
        _put(content[soort.bestand], soort, change.sleutel, item)
    told = {name: json.dumps(each, ensure_ascii=False).encode() for name, each in content.items()}
    return {**files, **told}


def _put(content: Json, soort: Soort, sleutel: str, item: Json | None) -> None:
    holder, key = content, sleutel
    if soort.binnen:
        parent, _, key = sleutel.partition(" ")
        holder = dict(_listed(content, SOORTEN[soort.binnen]))[parent]
    if not soort.sleutel:
        holder[soort.lijst] = {**holder[soort.lijst], key: item}
        if item is None:
            del holder[soort.lijst][key]
        return
    items = holder.setdefault(soort.lijst, [])
    place = next((n for n, each in enumerate(items) if each[soort.sleutel] == key), None)
    if place is None:
        place = 0 if soort.vooraan else len(items)
        items.insert(place, item)
    items[place : place + 1] = [] if item is None else [item]


def laid_over(files: Files, changes: Sequence[Wijziging]) -> Files:
    """These files with the changes that fit them, whether they can be read or not."""
    for change in changes:
        with suppress(*UNREADABLE):
            files = applied(files, [change])
    return files


def overlay(base: Reference, changes: Sequence[Wijziging]) -> Overlaid:
    """This reference data with these changes. One that cannot be read is left out and told of."""
    if not changes:
        return Overlaid(base, {})
    *_, version = versions(base.version, changes)
    left_out: dict[int, str] = {}
    try:
        found = parse(applied(base.bron, changes))
    except UNREADABLE:
        found, left_out = _one_by_one(base, changes)
    found = replace(found, version=version).of_the_register(base)
    return Overlaid(found, left_out)


def _one_by_one(base: Reference, changes: Sequence[Wijziging]) -> tuple[Reference, dict[int, str]]:
    left_out: dict[int, str] = {}
    found = base
    for n, change in enumerate(changes):
        try:
            found = parse(applied(found.bron, [change]))
        except UNREADABLE as error:
            left_out[n] = why(error)
    return found, left_out


def why(error: Exception) -> str:
    """What was wrong with a definition (Dutch)."""
    told = str(error)
    return f"Deze naam bestaat niet: {told}." if isinstance(error, KeyError) else f"{told}."
