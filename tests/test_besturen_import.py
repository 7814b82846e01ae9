# SPDX-License-Identifier: EUPL-1.2
"""Reading the besturen that ABB's applications publish."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from loket.besturen_import import GeenBesturen, commands_from
from loket.domain.besturen import MODULE, BestuurGeregistreerd, stream_of
from loket.kernel import SYSTEM, Context
from loket.reference import load

REFERENCE = load()
FILES = ("bestuurseenheden.ttl", "werkingsgebieden.ttl", "wegwijs-identificatoren.ttl")
AALST = "http://data.lblod.info/id/bestuurseenheden/"
AALST += "974816591f269bb7d74aa1720922651529f3d3b2a787f5c60b73e5a0384950a4"

SMALL = """
@prefix besluit: <http://data.vlaanderen.be/ns/besluit#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix generiek: <https://data.vlaanderen.be/ns/generiek#> .
@prefix c: <http://data.vlaanderen.be/id/concept/BestuurseenheidClassificatieCode/> .
<http://x/1> a besluit:Bestuurseenheid ; skos:prefLabel " Voorbeeld " ;
  besluit:classificatie c:5ab0e9b8a3b2ca7c5e000001 ; adms:identifier <http://x/2>, <http://x/4> .
<http://x/2> skos:notation "NIS code" ; generiek:gestructureerdeIdentificator <http://x/3> .
<http://x/3> generiek:lokaleIdentificator "41002" .
<http://x/4> skos:notation "SharePoint identificator" ;
  generiek:gestructureerdeIdentificator <http://x/5> .
<http://x/5> generiek:lokaleIdentificator "77" .
"""


def test_all_besturen_of_the_shared_files_are_read(shared: Path) -> None:
    data = shared / "data"
    read = list(commands_from([data / name for name in FILES], REFERENCE))
    assert len(read) == 1288
    assert all(UUID(stream) and stream == stream_of(command.uri) for stream, command in read)
    commands = [command for _, command in read]
    assert commands == sorted(commands, key=lambda c: c.uri)
    assert sum(bool(c.kbo) for c in commands) == 606
    assert sum(bool(c.ovo) for c in commands) == 605
    assert sum(bool(c.werkingsgebied) for c in commands) == 1280
    assert sum(bool(c.provincie) for c in commands) == 1279


def test_every_bestuur_of_the_shared_files_is_accepted(shared: Path) -> None:
    data = shared / "data"
    context = Context(SYSTEM, datetime(2026, 3, 2, tzinfo=UTC), UUID(int=1), REFERENCE)
    for _, command in commands_from([data / name for name in FILES], REFERENCE):
        [fact] = MODULE.decide(command, MODULE.initial, context)
        assert isinstance(fact, BestuurGeregistreerd)


def test_a_bestuur_that_ships_with_the_product_is_registered_alike(shared: Path) -> None:
    data = shared / "data"
    read = {c.uri: c for _, c in commands_from([data / name for name in FILES], REFERENCE)}
    known = [b for b in REFERENCE.besturen.values() if b.uri in read]
    examples = [uri for uri in REFERENCE.besturen if uri.startswith("https://voorbeeld.example/")]
    assert len(known) == len(REFERENCE.besturen) - len(examples) - 1
    for bestuur in known:
        assert type(read[bestuur.uri]).of(bestuur) == read[bestuur.uri]
    aalst = read[AALST]
    assert (aalst.naam, aalst.nis, aalst.provincie_naam) == ("Aalst", "41002", "Oost-Vlaanderen")


def test_a_file_of_its_own_is_read(tmp_path: Path) -> None:
    path = tmp_path / "een.ttl"
    path.write_text(SMALL)
    [(stream, command)] = commands_from([path], REFERENCE)
    assert stream == stream_of("http://x/1")
    assert (command.naam, command.nis, command.kbo) == ("Voorbeeld", "41002", "")
    assert (command.werkingsgebied, command.werkingsgebied_naam) == ("", "")


def test_a_file_without_besturen_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "leeg.ttl"
    path.write_text("<http://x> <http://y> <http://z> .")
    with pytest.raises(GeenBesturen):
        list(commands_from([path], REFERENCE))
