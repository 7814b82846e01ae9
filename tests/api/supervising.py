# SPDX-License-Identifier: EUPL-1.2
"""Supervisors at the counter, and what they receive."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from office import ABB, PDF, Office, Person

from loket.domain.behandelingen.words import stream_of
from loket.domain.medewerkers.words import stream_of as medewerker_of
from loket.evidence.store import connect
from loket.tasks import behandeling
from reacting import Reactor

EDITOR = "ABBDatabankToezicht-DatabankToezichtEditeur"
LOCAL = "LoketLB-databankEredienstenGebruiker"


_REACTORS: dict[str, Reactor] = {}


def editor(office: Office, persoon: str = "an", naam: str = "An Peeters", **claims: Any) -> Person:
    """A supervisor of ABB who may act."""
    given, _, family = naam.partition(" ")
    who = {"sub": persoon, "vo_id": persoon, "given_name": given, "family_name": family}
    return office.person(ABB, EDITOR, **who, email=f"{persoon}@abb.example", **claims)


def me(office: Office, persoon: str) -> str:
    """The stream of somebody of ABB."""
    return f"medewerkers/{medewerker_of(office.bestuur(ABB).uri, persoon)}"


def begun(office: Office) -> None:
    """Open the treatment of all that was delivered, and bring the read models up to it."""
    reactor = _REACTORS.setdefault(office.loket.dsn, Reactor(office.loket, [behandeling.REACTION]))
    reactor.run()
    office.project()


def received(office: Office, by: Person | None = None) -> str:
    """A dossier that ABB received and that awaits treatment; the stream of the treatment."""
    dossier = office.sent(by)
    begun(office)
    return treatment(office, dossier)


def treatment(office: Office, dossier: str, ontvanger: str = ABB) -> str:
    """The stream of the treatment of a dossier by its recipient."""
    uri = office.bestuur(ontvanger).uri
    return f"behandelingen/{stream_of(dossier.partition('/')[2], uri)}"


def letter(person: Person) -> dict[str, str]:
    """An uploaded letter, as a command names it."""
    file = person.upload(PDF + uuid4().bytes)
    assert file.status_code == 201, file.text
    return {"sha256": file.json()["sha256"], "naam": "brief.pdf", "formaat": "application/pdf"}


def decide(person: Person, stream: str, uitkomst: str = "opmerking", **more: Any) -> Any:
    """A decision with its letter."""
    body = {"uitkomst": uitkomst, "motivering": "Zie de brief.", "brief": [letter(person)], **more}
    return person.ask(stream, "toezichtsbesluit-nemen", body)


def read(person: Person, path: str) -> dict[str, Any]:
    """A document that must be given."""
    answer = person.get(path if path.startswith("/") else f"/{path}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def queue(person: Person, query: str = "") -> list[dict[str, Any]]:
    """A list of treatments."""
    found: list[dict[str, Any]] = read(person, f"/behandelingen?{query}")["data"]
    return found


def names(events: list[dict[str, Any]]) -> list[str]:
    """The names of events in a course of treatment."""
    return [event["gebeurtenis"] for event in events]


def delivered_at(office: Office, dossier: str) -> datetime:
    """When the log registered the delivery."""
    with connect(office.loket.dsn) as conn:
        found = conn.execute(
            "SELECT registered FROM events WHERE stream = %s AND type LIKE '%%Afgeleverd'",
            (dossier,),
        ).fetchone()
    assert found is not None
    at: datetime = found[0]
    return at.astimezone(UTC)


def days(number: int) -> timedelta:
    return timedelta(days=number)
