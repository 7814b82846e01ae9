# SPDX-License-Identifier: EUPL-1.2
"""Worship dossiers over HTTP: from a church council to its supervisor and back; refusals."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import uuid4

import pytest
from office import ABB, ADMIN, READER, SENDER, Office, Person, accept, problem

from loket.domain.besturen import stream_of
from loket.reference import Dossiertype, load
from loket.tasks import doorsturen, dubbels, vervanging
from reacting import Reactor

WORSHIP = "LoketLB-databankEredienstenGebruiker"
BUNDLED = "Bestuur van de eredienst Voorbeeldkerkfabriek Sint-Martinus"
ALONE = "Bestuur van de eredienst Voorbeeldkerkfabriek Sint-Jozef"
CENTRAL = "Centraal bestuur van de eredienst Voorbeeld-centraal kerkbestuur"
BISHOP = "Representatief orgaan Voorbeeldbisdom"
AALST, GENT, PROVINCE = "Gemeente Aalst", "Gemeente Gent", "Provincie Oost-Vlaanderen"
REACTIONS = (doorsturen.REACTION, dubbels.REACTION, vervanging.REACTION)
REFERENCE = load()


def form(key: str) -> Dossiertype:
    """The type whose id begins with this."""
    return next(t for t in REFERENCE.dossiertypes.values() if f"/{key}" in t.uri)


JAARREKENING, JAARREKENINGEN, ADVIES = form("e44c535d"), form("672bf096"), form("79414af4")
NOTULEN = form("8e791b27")


def concept(lijst: str, name: str) -> str:
    found = REFERENCE.codelijsten[lijst].find(name)
    assert found, name
    return found.uri


KERKRAAD = concept("bestuursorgaan-classificatie", "Kerkraad")
GEMEENTERAAD = concept("bestuursorgaan-classificatie", "Gemeenteraad")
ADVICE = next(iter(REFERENCE.codelijsten["artikeltype"].concepten))
SESSION = "2026-11-16T19:30:00+01:00"
ACCOUNT = {"bestuursorgaan": KERKRAAD, "zittingsdatum": SESSION, "rapportjaar": "2025"}


def address(stream: str) -> str:
    return f"http://data.lblod.info/submissions/{stream.removeprefix('toezicht/')}"


def draft(person: Person, kind: Dossiertype, velden: dict[str, Any]) -> str:
    """A complete draft; its stream."""
    stream = f"toezicht/{uuid4()}"
    accept(person.ask(stream, "besluit-opstellen", {"dossiertype": kind.uri, "velden": velden}))
    link = {"url": "https://bestuur.example/publicatie"}
    accept(person.ask(stream, "link-toevoegen", link))
    return stream


def sent(person: Person, kind: Dossiertype, velden: dict[str, Any]) -> str:
    """A dossier that was sent; its stream."""
    stream = draft(person, kind, velden)
    accept(person.ask(stream, "besluit-verzenden"))
    return stream


def bundle(*streams: str) -> dict[str, Any]:
    return {"gerelateerde_dossiers": [address(s) for s in streams], "rapportjaar": "2025"}


def advice(*streams: str) -> dict[str, Any]:
    articles = [" ".join((ADVICE, *map(address, streams)))]
    return {**ACCOUNT, "bestuursorgaan": GEMEENTERAAD, "artikels": articles}


def reader(office: Office, name: str) -> Person:
    """Someone who reads the worship dossiers that a bestuur receives."""
    return office.person(name, WORSHIP)


def seen(office: Office, stream: str, names: Sequence[str]) -> set[str]:
    """Who of these may know of a dossier."""
    people = {name: reader(office, name) for name in names}
    return {name for name, each in people.items() if each.get(f"/{stream}").status_code == 200}


def attributes(person: Person, stream: str) -> dict[str, Any]:
    found: dict[str, Any] = person.get(f"/{stream}").json()["data"]["attributes"]
    return found


def rules(found: dict[str, Any]) -> list[str]:
    return [fout["regel"] for fout in found["fouten"]]


LOCAL = (CENTRAL, AALST, GENT, PROVINCE, ALONE)


def test_an_account_goes_from_church_council_to_gemeente_and_the_advice_back(
    fresh: Office,
) -> None:
    reactor = Reactor(fresh.loket, REACTIONS, fresh.project)
    council, central, aalst = (
        fresh.person(name, SENDER, WORSHIP) for name in (BUNDLED, CENTRAL, AALST)
    )
    account = sent(council, JAARREKENING, ACCOUNT)
    reactor.run()
    assert seen(fresh, account, LOCAL) == {CENTRAL}
    assert fresh.abb.get(f"/{account}").status_code == 404

    accept(central.ask(account, "besluit-openen"))
    bundled = sent(central, JAARREKENINGEN, bundle(account))
    reactor.run()
    assert seen(fresh, account, LOCAL) == {CENTRAL, AALST}
    assert seen(fresh, bundled, LOCAL) == {CENTRAL, AALST}
    assert fresh.abb.get(f"/{account}").status_code == 200

    shown = attributes(aalst, account)
    assert shown["inhoud"] is None
    accept(aalst.ask(account, "besluit-openen"))
    assert attributes(aalst, account)["inhoud"]["velden"]["rapportjaar"] == "2025"

    back = sent(aalst, ADVIES, advice(bundled, account))
    reactor.run()
    assert seen(fresh, back, (BUNDLED, *LOCAL)) == {BUNDLED, CENTRAL, AALST}
    accept(reader(fresh, BUNDLED).ask(back, "besluit-openen"))


def test_a_dossier_tells_by_which_rule_it_goes_where_and_with_what_it_went(
    fresh: Office,
) -> None:
    reactor = Reactor(fresh.loket, REACTIONS, fresh.project)
    council, central = (fresh.person(name, SENDER) for name in (BUNDLED, CENTRAL))
    account = sent(council, JAARREKENING, ACCOUNT)
    shown = attributes(council, account)
    assert shown["routeringsregel"] == "jaarrekening-met-centraal-bestuur-1"
    assert "centraal bestuur" in shown["routering"]
    bundled = sent(central, JAARREKENINGEN, bundle(account))
    reactor.run()
    reactor.again()
    relations = council.get(f"/{account}").json()["data"]["relationships"]
    [door] = relations["doorgestuurd_door"]["data"]
    assert f"toezicht/{door['id']}" == bundled
    fresh.project()
    told = council.get(f"/{account}/tijdlijn").text
    assert told.count("Doorgestuurd met een dossier dat ernaar verwijst") == 1
    assert told.count("Afgeleverd bij de ontvanger") == 3


def test_what_was_reopened_and_sent_again_goes_along_again(fresh: Office) -> None:
    reactor = Reactor(fresh.loket, REACTIONS, fresh.project)
    council, central = (fresh.person(name, SENDER) for name in (BUNDLED, CENTRAL))
    account = sent(council, JAARREKENING, ACCOUNT)
    accept(central.ask(account, "besluit-openen"))
    sent(central, JAARREKENINGEN, bundle(account))
    reactor.run()
    admin = fresh.person(CENTRAL, ADMIN)
    problem(
        admin.ask(account, "besluit-heropenen", {"reden": " "}), 422, "toezicht/ongeldige-reden"
    )
    accept(admin.ask(account, "besluit-heropenen", {"reden": "Verkeerd bedrag"}))
    aalst = reader(fresh, AALST)
    accept(aalst.ask(account, "besluit-openen"))
    assert attributes(aalst, account)["toestand"] == "heropend"
    accept(council.ask(account, "velden-wijzigen", {"velden": {"rapportjaar": "2024"}}))
    accept(council.ask(account, "besluit-verzenden"))
    reactor.run()
    before = attributes(aalst, account)
    assert (before["verzending"], before["inhoud"]["velden"]["rapportjaar"]) == (2, "2025")
    accept(aalst.ask(account, "besluit-openen"))
    assert attributes(aalst, account)["inhoud"]["velden"]["rapportjaar"] == "2024"


def test_the_opening_of_one_recipient_says_nothing_of_another(office: Office) -> None:
    account = sent(office.person(ALONE, SENDER), JAARREKENING, ACCOUNT)
    province, abb = reader(office, PROVINCE), office.abb
    accept(province.ask(account, "besluit-openen"))
    assert attributes(province, account)["inhoud"] is not None
    assert attributes(abb, account)["inhoud"] is None
    assert abb.get(f"/bewijs/{account}").status_code == 409
    accept(abb.ask(account, "besluit-openen"))
    assert abb.get(f"/bewijs/{account}").status_code == 200


def test_who_is_no_recipient_or_has_no_role_does_not_open(office: Office) -> None:
    account = sent(office.person(BUNDLED, SENDER), JAARREKENING, ACCOUNT)
    for name in (AALST, GENT, ALONE):
        assert reader(office, name).ask(account, "besluit-openen").status_code == 404
    other = office.person(CENTRAL, "LoketLB-berichtenGebruiker")
    problem(other.ask(account, "besluit-openen"), 403, "loket/geen-recht")


def test_a_reference_that_breaks_a_rule_is_refused_by_name(office: Office) -> None:
    council, central, alone = (office.person(name, SENDER) for name in (BUNDLED, CENTRAL, ALONE))
    account, minutes = (
        sent(council, JAARREKENING, ACCOUNT),
        sent(alone, NOTULEN, {"bestuursorgaan": KERKRAAD, "zittingsdatum": SESSION}),
    )
    absent = f"toezicht/{uuid4()}"
    stream = draft(central, JAARREKENINGEN, bundle(account, minutes, absent))
    found = problem(central.ask(stream, "besluit-verzenden"), 422, "toezicht/onvolledig-dossier")
    assert rules(found) == ["verwijzing-onbekend"] * 2
    known, unknown = (
        next(f["melding"] for f in found["fouten"] if key.removeprefix("toezicht/") in f["melding"])
        for key in (minutes, absent)
    )
    assert known.partition(":")[2] == unknown.partition(":")[2]
    accept(council.ask(account, "besluit-intrekken", {"reden": "Vergissing"}))
    accept(central.ask(stream, "velden-wijzigen", {"velden": bundle(account)}))
    found = problem(central.ask(stream, "besluit-verzenden"), 422, "toezicht/onvolledig-dossier")
    assert rules(found) == ["verwijzing-niet-verzonden"]
    accept(central.ask(stream, "besluit-valideren"))
    assert rules({"fouten": attributes(central, stream)["controle"]["bevindingen"]}) == [
        "verwijzing-niet-verzonden"
    ]


def test_without_a_supervisor_in_the_register_the_refusal_says_so(fresh: Office) -> None:
    council = fresh.person(ALONE, SENDER)
    admin = fresh.person(ABB, ADMIN)
    bestuur = fresh.bestuur(ALONE)
    register(admin, fresh, ALONE, PROVINCE)
    laid = {
        "soort": "http://lblod.data.gift/concepts/ac400cc9f135ac7873fb3e551ec738c1",
        "ander": fresh.bestuur(PROVINCE).uri,
        "van": "2020-01-01",
    }
    stream = f"besturen/{stream_of(bestuur.uri)}"
    accept(admin.ask(stream, "relatie-leggen", laid))
    refused = admin.ask(stream, "relatie-leggen", {**laid, "ander": bestuur.uri})
    problem(refused, 422, "besturen/ongeldige-relatie")
    ended = {"soort": laid["soort"], "ander": laid["ander"], "tot": "2025-12-31"}
    accept(admin.ask(stream, "relatie-beeindigen", ended))
    problem(council.ask(stream, "relatie-beeindigen", ended), 403, "loket/geen-recht")
    fresh.project()
    fresh.loket.references.refresh()
    minutes = draft(council, NOTULEN, {"bestuursorgaan": KERKRAAD, "zittingsdatum": SESSION})
    refusal = problem(council.ask(minutes, "besluit-verzenden"), 422, "toezicht/geen-ontvanger")
    assert rules(refusal) == ["toezichthouder"]


def register(admin: Person, office: Office, *names: str) -> None:
    """Enters these besturen in the register."""
    for name in names:
        bestuur = office.bestuur(name)
        body = asdict(bestuur)
        accept(admin.ask(f"besturen/{stream_of(bestuur.uri)}", "bestuur-registreren", body))


def test_a_doubt_is_confirmed_before_sending(office: Office) -> None:
    council = office.person(ALONE, SENDER)
    later = {**ACCOUNT, "zittingsdatum": "2090-01-01T10:00:00+01:00"}
    stream = draft(council, JAARREKENING, later)
    answer = council.ask(stream, "besluit-verzenden")
    found = problem(answer, 422, "toezicht/waarschuwing-niet-bevestigd")
    for fout in found["fouten"]:
        doubt = {"veld": fout["veld"], "regel": fout["regel"]}
        accept(council.ask(stream, "waarschuwing-bevestigen", doubt))
    none = {"veld": "rapportjaar", "regel": "in-verleden"}
    answer = council.ask(stream, "waarschuwing-bevestigen", none)
    problem(answer, 409, "toezicht/geen-waarschuwing")
    accept(council.ask(stream, "besluit-verzenden"))


def test_the_same_content_sent_twice_is_recorded_on_the_later_one(fresh: Office) -> None:
    reactor = Reactor(fresh.loket, REACTIONS, fresh.project)
    council = fresh.person(ALONE, SENDER)
    first = sent(council, JAARREKENING, ACCOUNT)
    second = sent(council, JAARREKENING, ACCOUNT)
    third = sent(council, JAARREKENING, {**ACCOUNT, "rapportjaar": "2024"})
    reactor.run()

    def doubles(stream: str, person: Person) -> list[str]:
        relations = person.get(f"/{stream}").json()["data"]["relationships"]
        return [f"toezicht/{each['id']}" for each in relations["dubbel_van"]["data"]]

    assert [doubles(stream, council) for stream in (first, second, third)] == [[], [first], []]
    assert doubles(second, reader(fresh, PROVINCE)) == [first]
    assert not reactor.late


def test_withdrawing_is_seen_by_every_recipient(office: Office) -> None:
    council = office.person(ALONE, SENDER)
    account = sent(council, JAARREKENING, ACCOUNT)
    accept(council.ask(account, "besluit-intrekken", {"reden": "Vergissing"}))
    for person in (reader(office, PROVINCE), office.abb):
        assert attributes(person, account)["toestand"] == "ingetrokken"
        accept(person.ask(account, "besluit-openen"))


@pytest.mark.parametrize("name", [BUNDLED, BISHOP])
def test_nobody_sends_what_its_class_may_not(office: Office, name: str) -> None:
    person = office.person(name, SENDER, READER)
    body = {"dossiertype": JAARREKENINGEN.uri, "velden": {}}
    answer = person.ask(f"toezicht/{uuid4()}", "besluit-opstellen", body)
    problem(answer, 422, "toezicht/mag-dit-type-niet-verzenden")
