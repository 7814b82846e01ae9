# SPDX-License-Identifier: EUPL-1.2
"""Relations between besturen over HTTP, and what becomes of them when a bestuur merges."""

from dataclasses import asdict

from office import ABB, ADMIN, Office, Person, accept, problem

from loket.domain.besturen import stream_of
from loket.reference import Relatie
from loket.reference.relaties import CENTRAAL_BESTUUR, MEDEFINANCIERING, TOEZICHT
from loket.tasks import fusie
from reacting import Reactor

COUNCIL = "Bestuur van de eredienst Voorbeeldkerkfabriek Sint-Jozef"
CENTRAL = "Centraal bestuur van de eredienst Voorbeeld-centraal kerkbestuur"
AALST, GENT = "Gemeente Aalst", "Gemeente Gent"


def registered(office: Office, admin: Person, name: str) -> str:
    """The stream of a bestuur that is entered in the register."""
    bestuur = office.bestuur(name)
    stream = f"besturen/{stream_of(bestuur.uri)}"
    accept(admin.ask(stream, "bestuur-registreren", asdict(bestuur)))
    return stream


def lay(soort: str, ander: str, van: str = "2020-01-01", tot: str = "") -> dict[str, str]:
    return {"soort": soort, "ander": ander, "van": van, "tot": tot}


def test_a_relation_is_laid_by_an_administrator_and_read_by_everyone(fresh: Office) -> None:
    admin = fresh.person(ABB, ADMIN)
    council, _ = (registered(fresh, admin, name) for name in (COUNCIL, AALST))
    aalst = fresh.bestuur(AALST).uri
    body = lay(TOEZICHT, aalst)
    problem(fresh.aalst.ask(council, "relatie-leggen", body), 403, "loket/geen-recht")
    accept(admin.ask(council, "relatie-leggen", body))
    problem(
        admin.ask(council, "relatie-leggen", lay(CENTRAAL_BESTUUR, aalst)),
        422,
        "besturen/ongeldige-relatie",
    )
    overlapping = lay(TOEZICHT, aalst, "2021-01-01")
    problem(admin.ask(council, "relatie-leggen", overlapping), 409, "besturen/relatie-bestaat-al")
    fresh.project()
    fresh.loket.references.refresh()
    shown = fresh.gent.get(f"/{council}").json()["data"]["attributes"]["relaties"]
    assert [(each["soort"], each["van"]) for each in shown] == [(TOEZICHT, "2020-01-01")]


def test_a_relation_that_is_not_there_does_not_end(fresh: Office) -> None:
    admin = fresh.person(ABB, ADMIN)
    council = registered(fresh, admin, COUNCIL)
    body = {"soort": TOEZICHT, "ander": fresh.bestuur(AALST).uri, "tot": "2025-12-31"}
    problem(admin.ask(council, "relatie-beeindigen", body), 404, "besturen/onbekende-relatie")


def test_a_bestuur_that_merges_hands_over_its_relations(fresh: Office) -> None:
    admin = fresh.person(ABB, ADMIN)
    council, aalst, _ = (registered(fresh, admin, name) for name in (COUNCIL, AALST, GENT))
    old, new = fresh.bestuur(AALST).uri, fresh.bestuur(GENT).uri
    accept(admin.ask(council, "relatie-leggen", lay(TOEZICHT, old)))
    past = lay(MEDEFINANCIERING, old, tot="2024-12-31")
    accept(admin.ask(council, "relatie-leggen", past))
    fresh.project()
    fresh.loket.references.refresh()
    accept(admin.ask(aalst, "bestuur-opgaan-in", {"opvolger": new, "datum": "2026-01-01"}))
    reactor = Reactor(fresh.loket, (fusie.REACTION,), fresh.project)
    reactor.run()
    fresh.project()
    fresh.loket.references.refresh()
    found = fresh.loket.reference.relaties.heen[fresh.bestuur(COUNCIL).uri]
    assert set(found) == {
        Relatie(TOEZICHT, old, "2020-01-01", "2025-12-31"),
        Relatie(TOEZICHT, new, "2026-01-01"),
        Relatie(MEDEFINANCIERING, old, "2020-01-01", "2024-12-31"),
    }
