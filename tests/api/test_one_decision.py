# SPDX-License-Identifier: EUPL-1.2
"""One decision from its session to the certificate, on a clock that jumps over two months.

Over the switch to winter time, a term that would end on a Sunday, and one that would end on
Christmas Day followed by a weekend; and every proof is checked at the end.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography import x509
from office import ABB, BESLUITENLIJST, COLLEGE, Office, Person, accept, open_office, settings

from loket.domain.behandelingen.words import stream_of
from loket.evidence import verify
from loket.evidence.store import connect, connect_async
from loket.evidence.verify_report import to_text
from loket.simulate.play import SimulatedClock
from loket.tasks import tools
from loket.tasks.klok import Klok
from loket.tasks.table import REACTIONS
from mailbox_server import Mailbox, serving
from reacting import Reactor

CLERK = ("LoketLB-toezichtGebruiker", "LoketLB-berichtenGebruiker")
STAMPED = "SELECT urgent <= (SELECT coalesce(max(size), 0) FROM timestamps) FROM log_head"
EDITOR = (
    "ABBDatabankToezicht-DatabankToezichtLezer",
    "ABBDatabankToezicht-DatabankToezichtEditeur",
    "LoketLB-berichtenGebruiker",
)


@dataclass
class Case:
    """An installation on a clock of its own, the two sides, and all that follows by itself."""

    office: Office
    clock: SimulatedClock
    reactor: Reactor
    aalst: Person
    abb: Person

    def at(self, moment: str) -> None:
        """Goes on to this moment (UTC), and does what the clock does then."""
        self.clock.move(datetime.fromisoformat(moment).replace(tzinfo=UTC))
        self.settle()
        asyncio.run(self._tick())
        self.settle()
        self.stamped()

    def stamped(self) -> None:
        """Waits until what has legal effect is stamped, as it is within a second."""
        with connect(self.office.loket.dsn) as conn:
            deadline = time.monotonic() + 30
            while conn.execute(STAMPED).fetchone() != (True,):
                assert time.monotonic() < deadline
                time.sleep(0.02)

    async def _tick(self) -> None:
        used = tools(self.office.loket)
        try:
            async with await connect_async(self.office.loket.dsn) as conn:
                await Klok(used).tick(conn)
        finally:
            await used.write.aclose()

    def does(
        self, who: Person, stream: str, command: str, body: Any = None, **headers: str
    ) -> dict[str, Any]:
        """A command that is accepted, with what follows from it."""
        found = accept(who.ask(stream, command, body, **headers))
        self.settle()
        self.stamped()
        return found

    def settle(self) -> None:
        """Lets reactions and read models come up to the log."""
        self.reactor.run()
        self.office.project()

    def read(self, who: Person, path: str) -> Any:
        answer = who.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def terms(self, who: Person, dossier: str) -> dict[str, Mapping[str, Any]]:
        """The terms around a dossier by their rule, the newest of each."""
        rows = self.read(who, f"/termijnen?filter[dossier]={dossier}&sort=gewijzigd")
        return {row["attributes"]["regel"]: row["attributes"] for row in rows}


@pytest.fixture
def case(database: str, tmp_path: Path) -> Iterator[Case]:
    clock = SimulatedClock(datetime(2026, 10, 16, 8, tzinfo=UTC))

    def simulated(loket: Any) -> Any:
        return replace(loket, clock=clock.microseconds, now=clock.now)

    with (
        serving(Mailbox()) as mailer,
        open_office(settings(database, tmp_path), simulated) as office,
    ):
        reactor = Reactor(office.loket, REACTIONS, office.project, mailer)
        aalst = office.person("Gemeente Aalst", *CLERK, email="clerk@aalst.example")
        abb = office.person(ABB, *EDITOR, email="editor@abb.example", given_name="Els")
        with office.sealing():
            yield Case(office, clock, reactor, aalst, abb)


def test_a_decision_from_session_to_certificate(case: Case, tmp_path: Path) -> None:
    dossier = str(uuid4())
    stream = f"toezicht/{dossier}"

    # Thursday 15 October: the college decides. Aalst drafts the next morning.
    fields = {"bestuursorgaan": COLLEGE, "zittingsdatum": "2026-10-15T19:30:00+02:00"}
    case.does(
        case.aalst, stream, "besluit-opstellen", {"dossiertype": BESLUITENLIJST, "velden": fields}
    )
    case.does(
        case.aalst, stream, "link-toevoegen", {"url": "https://www.aalst.example/besluiten/15"}
    )
    publication = case.terms(case.aalst, dossier)["publicatie-10"]
    # Ten days later is Sunday 25 October, the night of the winter time: it becomes Monday.
    assert (publication["toestand"], publication["vervaldag"]) == ("lopend", "2026-10-26")
    assert publication["vervalt_op"] == "2026-10-26T23:00:00Z"

    # Friday 23 October: published, and reported the same day.
    case.at("2026-10-23T09:00:00")
    case.does(case.aalst, stream, "velden-wijzigen", {"velden": {"publicatiedatum": "2026-10-23"}})
    sent = case.does(case.aalst, stream, "besluit-verzenden")
    ontvanger = case.office.bestuur(ABB).uri
    behandeling = f"behandelingen/{stream_of(dossier, ontvanger)}"
    terms = case.terms(case.aalst, dossier)
    assert {terms[rule]["toestand"] for rule in ("publicatie-10", "melding-zelfde-dag")} == {
        "nageleefd"
    }
    # Thirty days from the 24th end on Sunday 22 November: it becomes Monday.
    supervision = terms["toezicht-30"]
    assert (supervision["toestand"], supervision["vervaldag"]) == ("lopend", "2026-11-23")

    # ABB consults and treats it.
    case.at("2026-10-27T10:00:00")
    case.does(case.abb, stream, "besluit-openen")
    case.does(case.abb, behandeling, "in-behandeling-nemen")
    case.does(case.abb, behandeling, "notitie-maken", {"tekst": "Bedrag lijkt te hoog."})

    # The last evening, which is the last only because the Sunday does not count: a question.
    case.at("2026-11-23T21:30:00")
    asked = {"tekst": "Bezorg de raming.", "dagen": 15}
    case.does(case.abb, behandeling, "opvraging-stellen", asked)
    assert case.terms(case.aalst, dossier)["toezicht-30"]["toestand"] == "gestuit"
    case.at("2026-11-24T06:00:00")
    assert case.terms(case.abb, dossier)["toezicht-30"]["toestand"] == "gestuit"

    # Aalst finds the question among its conversations, and answers.
    case.at("2026-11-25T13:00:00")
    (gesprek,) = case.read(case.aalst, f"/berichten?filter[dossier]={dossier}")
    question = f"berichten/{gesprek['id']}"
    case.does(case.aalst, question, "gesprek-openen")
    case.does(case.aalst, question, "bericht-sturen", {"tekst": "De raming is 12.000 euro."})
    # Thirty days from the 26th end on Christmas Day, then it is weekend: Monday 28 December.
    again = case.terms(case.abb, dossier)["toezicht-30"]
    assert (again["toestand"], again["vervaldag"]) == ("lopend", "2026-12-28")
    assert again["berekening"]["dag"] == "2026-11-25"
    assert [shift["dag"] for shift in again["berekening"]["verschuivingen"]] == [
        "2026-12-25",
        "2026-12-26",
        "2026-12-27",
    ]
    assert case.terms(case.aalst, dossier)["toezicht-30"] == again
    case.does(case.abb, question, "gesprek-openen")

    # One minute before midnight in Belgium nothing is certain yet; just after, it is.
    case.at("2026-12-28T22:59:00")
    assert certificates(case, behandeling) == []
    case.at("2026-12-28T23:00:01")
    (certificate,) = certificates(case, behandeling)
    assert certificate["gegevens"]["termijn"]["vervaldag"] == "2026-12-28"
    late = {"uitkomst": "schorsing", "motivering": "Te duur.", "brief": []}
    refused = case.abb.ask(behandeling, "toezichtsbesluit-nemen", late)
    assert refused.status_code in {409, 422}, refused.text
    # Asking for its stamp at once, because this clock does not reach the next minute by itself.
    case.does(case.abb, behandeling, "behandeling-afsluiten", Prefer="wait=1")

    # Both sides see the same; only ABB sees its own notes.
    theirs, ours = (
        [row["attributes"]["gebeurtenis"] for row in case.read(who, f"/{behandeling}/tijdlijn")]
        for who in (case.abb, case.aalst)
    )
    assert "behandelingen.NotitieGemaakt" in theirs
    assert [kind for kind in theirs if kind in ours] == ours
    assert "behandelingen.GeenMaatregelVastgesteld" in ours

    # Every proof, for either side, checked with nothing of the server.
    case.stamped()
    for who in (case.aalst, case.abb):
        for name in (stream, behandeling, question):
            checked(case, who, name, tmp_path)
    assert sent["bewijs"] == f"/bewijs/{stream}"


def certificates(case: Case, behandeling: str) -> list[Any]:
    """What the treatment tells the sender of an end without a measure."""
    told = case.read(case.aalst, f"/{behandeling}")["attributes"]["verloop"]
    return [row for row in told if row["gebeurtenis"] == "GeenMaatregelVastgesteld"]


def checked(case: Case, who: Person, stream: str, directory: Path) -> None:
    """The proof of a stream, as this side gets it, passes every step."""
    answer = who.get(f"/bewijs/{stream}?documenten=1")
    assert answer.status_code == 200, answer.text
    bundle = directory / "bewijs.zip"
    bundle.write_bytes(answer.content)
    key = case.office.http.get("/log/vkey").text
    roots = x509.load_pem_x509_certificates(case.office.loket.tsa_roots())
    report = verify.verify(bundle, [key], roots, at=case.clock.now())
    assert report.exit_code == 0, to_text(report)
