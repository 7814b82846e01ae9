# SPDX-License-Identifier: EUPL-1.2
"""Reference data over HTTP: changed by the supervisor, counted at once, read as it was."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from office import (
    ABB,
    ADMIN,
    BESLUITENLIJST,
    COLLEGE,
    SENDER,
    Office,
    Person,
    accept,
    open_office,
    problem,
    settings,
)

from loket.evidence.store import connect
from loket.reference import load
from loket.reference.loader import digest
from loket.reference.overlay import SOORTEN, definition, offered, stream_of
from loket.references import References

URI = "http://data.vlaanderen.be/id/concept/BestuursorgaanClassificatieCode/0dbc70ec-nieuw"
SLEUTEL = f"bestuursorgaan-classificatie {URI}"
REDEN = "Decreet van 20 november 2026"


@pytest.fixture
def changing(database: str, tmp_path: Path) -> Iterator[Office]:
    """An installation in which reference data may change."""
    with open_office(settings(database, tmp_path)) as found:
        yield found


def admin(office: Office) -> Person:
    return office.person(ABB, ADMIN)


def stream(soort: str, sleutel: str) -> str:
    return f"referentie/{stream_of(soort, sleutel)}"


def lay_down(by: Person, soort: str, sleutel: str, inhoud: object, **headers: str) -> Any:
    body = {"soort": soort, "sleutel": sleutel, "inhoud": json.dumps(inhoud), "reden": REDEN}
    return by.ask(stream(soort, sleutel), "definitie-vaststellen", body, **headers)


def end(by: Person, soort: str, sleutel: str, per: str) -> Any:
    body = {"soort": soort, "sleutel": sleutel, "per": per, "reden": REDEN}
    return by.ask(stream(soort, sleutel), "definitie-beeindigen", body)


def take(office: Office) -> None:
    office.project()
    office.loket.references.refresh()


def read(office: Office, path: str) -> dict[str, Any]:
    answer = office.aalst.get(f"/referentie{path}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.api+json"
    found: dict[str, Any] = answer.json()
    return found


def test_a_change_counts_for_the_next_decision_and_is_recorded_in_it(changing: Office) -> None:
    """A class has a new organ as soon as the definitions are projected, and not before."""
    shipped = load().version
    refused = changing.aalst.ask(changing.draft(bestuursorgaan=URI), "besluit-verzenden")
    problem(refused, 422, "toezicht/onvolledig-dossier")
    accept(lay_down(admin(changing), "concept", SLEUTEL, {"uri": URI, "label": "Buurtraad"}))
    take(changing)
    first = changing.loket.reference.version
    assert first.startswith(f"{shipped}.1.")
    organen = definition(load().bron, SOORTEN["orgaanregel"], "organen-gem")
    assert organen
    wider = {**organen, "organen": [*organen["organen"], "Buurtraad"]}
    accept(lay_down(admin(changing), "orgaanregel", "organen-gem", wider))
    take(changing)
    now = changing.loket.reference.version
    sent = changing.draft(bestuursorgaan=URI)
    accept(changing.aalst.ask(sent, "besluit-verzenden"))
    changes = read(changing, "/wijzigingen")["data"]
    assert {c["attributes"]["nieuwe_versie"] for c in changes} == {first, now}
    assert {c["attributes"]["vorige_versie"] for c in changes} == {shipped, first}
    assert changes[0]["attributes"]["reden"] == REDEN
    assert changing.aalst.get(changes[0]["links"]["bewijs"]).status_code in {200, 409}


def test_every_process_follows_by_itself(changing: Office) -> None:
    other = References(changing.loket.dsn, load())
    other.follow()
    try:
        accept(lay_down(admin(changing), "concept", SLEUTEL, {"uri": URI, "label": "Buurtraad"}))
        changing.project()
        deadline = time.monotonic() + 10
        while other().version == load().version and time.monotonic() < deadline:
            time.sleep(0.05)
        assert URI in other().codelijsten["bestuursorgaan-classificatie"].concepten
        assert other().besturen
    finally:
        other.close()


def test_what_is_wrong_is_told_by_field_and_nothing_changes(changing: Office) -> None:
    by = admin(changing)
    answer = lay_down(by, "concept", SLEUTEL, {"uri": URI, "naam": "Buurtraad"})
    body = problem(answer, 422, "referentie/ongeldige-definitie")
    assert {(f["veld"], f["regel"]) for f in body["fouten"]} == {("inhoud/naam", "onbekend")}
    answer = end(by, "codelijst", "bestuursorgaan-classificatie", "2027-01-01")
    body = problem(answer, 422, "referentie/ongeldige-definitie")
    assert body["fouten"][0]["regel"] == "in-gebruik"
    problem(end(by, "concept", SLEUTEL, "2027-01-01"), 404, "referentie/onbekende-definitie")
    problem(lay_down(by, "soep", "x", {}), 422, "referentie/onbekende-soort")
    other = by.ask(
        f"referentie/{uuid4()}",
        "definitie-vaststellen",
        {"soort": "concept", "sleutel": SLEUTEL, "inhoud": "{}", "reden": REDEN},
    )
    problem(other, 422, "referentie/andere-definitie")
    take(changing)
    assert changing.loket.reference.version == load().version


def test_only_the_supervisor_may(changing: Office) -> None:
    content = {"uri": URI, "label": "Buurtraad"}
    problem(lay_down(changing.aalst, "concept", SLEUTEL, content), 403, "loket/geen-recht")
    local = changing.person("Gemeente Aalst", SENDER, ADMIN)
    answer = lay_down(local, "concept", SLEUTEL, content)
    problem(answer, 403, "referentie/alleen-toezichthouder")
    problem(lay_down(Person(changing.http), "concept", SLEUTEL, content), 401, "loket/geen-token")


def test_a_definition_is_read_as_it_is_and_as_it_was(changing: Office) -> None:
    """By day of validity, by moment of knowledge, and by the version a decision recorded."""
    by, path = admin(changing), f"/concepten/{quote(SLEUTEL, safe='')}"
    problem(changing.aalst.get(f"/referentie{path}"), 404, "loket/niet-gevonden")
    before = datetime.now(UTC).isoformat()
    content = {"uri": URI, "label": "Buurtraad", "geldig_van": "2027-01-01"}
    accept(lay_down(by, "concept", SLEUTEL, content))
    take(changing)
    first = changing.loket.reference.version
    accept(lay_down(by, "concept", SLEUTEL, {**content, "label": "Wijkraad"}))
    accept(end(by, "concept", SLEUTEL, "2027-12-31"))
    take(changing)
    data = read(changing, path)["data"]
    assert data["attributes"]["inhoud"]["label"] == "Wijkraad"
    assert data["attributes"]["inhoud"]["geldig_tot"] == "2027-12-31"
    told = [change["attributes"]["handeling"] for change in data["attributes"]["wijzigingen"]]
    assert told == ["vastgesteld", "vastgesteld", "beeindigd"]
    assert read(changing, data["links"]["self"].removeprefix("/referentie"))["data"] == data
    assert changing.aalst.get(f"/referentie/{data['id']}").status_code == 200

    for op, code in (("2026-12-31", 404), ("2027-01-01", 200), ("2028-01-01", 404)):
        assert changing.aalst.get(f"/referentie{path}?op={op}").status_code == code
    answer = changing.aalst.get(f"/referentie{path}?op={quote(before)}")
    problem(answer, 404, "loket/niet-gevonden")
    known = read(changing, f"?op={quote(before)}")
    assert known["meta"]["versie"] == load().version
    then = read(changing, f"{path}?versie={first}")["data"]["attributes"]
    assert then["inhoud"]["label"] == "Buurtraad"
    assert len(then["wijzigingen"]) == 1


def test_a_version_tells_what_it_was_made_of(changing: Office) -> None:
    take(changing)
    shipped = load().version
    accept(lay_down(admin(changing), "concept", SLEUTEL, {"uri": URI, "label": "Buurtraad"}))
    take(changing)
    now = changing.loket.reference.version
    for version, count in ((shipped, 0), (now, 1)):
        told = read(changing, f"/versies/{version}")["data"]["attributes"]
        assert told["uitgave"] == shipped
        assert told["draait_nu"]
        assert told["geldt_nu"] == (version == now)
        assert len(told["wijzigingen"]) == count
    for unknown in ("0" * 16, f"{now[:-1]}x", f"{shipped}.2{now[18:]}", "onzin"):
        answer = changing.aalst.get(f"/referentie/versies/{unknown}")
        problem(answer, 404, "loket/niet-gevonden")


def test_the_files_of_an_older_release_are_still_read(changing: Office) -> None:
    older = {**load().bron, "feestdagen": load().bron["feestdagen"] + b"\n"}
    version = digest(older)
    with connect(changing.loket.dsn) as conn:
        told = json.dumps({name: raw.decode() for name, raw in older.items()})
        conn.execute("INSERT INTO referentie_uitgaven VALUES (%s, %s)", (version, told))
        forged = json.dumps({"feestdagen": "{}"})
        conn.execute("INSERT INTO referentie_uitgaven VALUES (%s, %s)", ("f" * 16, forged))
    assert not read(changing, f"/versies/{version}")["data"]["attributes"]["draait_nu"]
    problem(changing.aalst.get(f"/referentie/versies/{'f' * 16}"), 404, "loket/niet-gevonden")


def test_changes_that_do_not_fit_together_are_left_out_and_told(changing: Office) -> None:
    """A condition is taken away while, elsewhere, a type begins to use it."""
    by, soort = admin(changing), SOORTEN["dossiertype"]
    accept(lay_down(by, "voorwaarde", "proef", {"klasse_in": ["GEM"]}))
    take(changing)
    accept(end(by, "voorwaarde", "proef", "2026-01-01"))
    content = definition(load().bron, soort, BESLUITENLIJST)
    assert content
    rule = {"regel": "proef", "als": "proef", "velden": ["bestuursorgaan"], "melding": "Proef."}
    using = {**content, "regels": [*content.get("regels", []), rule]}
    accept(lay_down(by, "dossiertype", BESLUITENLIJST, using))
    accept(lay_down(by, "concept", SLEUTEL, {"uri": URI, "label": "Buurtraad"}))
    take(changing)
    told = {
        c["attributes"]["soort"]: c["attributes"] for c in read(changing, "/wijzigingen")["data"]
    }
    assert "proef" in told["dossiertype"]["telt_niet_omdat"]
    assert told["concept"]["telt_niet_omdat"] is None
    form = changing.loket.reference.dossiertypes[BESLUITENLIJST]
    assert "proef" not in {regel.regel for regel in form.regels}
    assert URI in str(read(changing, "/codelijsten/bestuursorgaan-classificatie"))
    accept(lay_down(by, "voorwaarde", "proef", {"klasse_in": ["GEM"]}))
    take(changing)
    accept(lay_down(by, "dossiertype", BESLUITENLIJST, {**using, "label": "Lijst van besluiten"}))
    take(changing)
    assert changing.loket.reference.label(BESLUITENLIJST) == "Lijst van besluiten"


def test_every_kind_is_listed(office: Office) -> None:
    kinds = read(office, "")["data"]
    assert {kind["id"] for kind in kinds} == {soort.naam for soort in offered(load())}
    for kind in kinds:
        listed = read(office, kind["links"]["self"].removeprefix("/referentie"))
        assert len(listed["data"]) == kind["attributes"]["aantal"] == listed["meta"]["aantal"] > 0
        first = listed["data"][0]
        assert (
            read(office, first["links"]["self"].removeprefix("/referentie"))["data"]["attributes"][
                "inhoud"
            ]
            == (first["attributes"]["inhoud"])
        )
    types = read(office, f"/dossiertypes/{quote(BESLUITENLIJST, safe='')}?op=2021-01-01")
    assert types["data"]["attributes"]["inhoud"]["meldingsregels"] == []
    assert COLLEGE in str(read(office, "/codelijsten/bestuursorgaan-classificatie"))


@pytest.mark.parametrize(
    "op", ["gisteren", "2026-13-01", "2026-01-31T10:00:00", "0001-01-01T00:00%2B14:00"]
)
def test_a_wrong_moment_is_refused(office: Office, op: str) -> None:
    answer = office.aalst.get(f"/referentie/codelijsten?op={op}")
    body = problem(answer, 422, "loket/aanvraag-ongeldig")
    assert body["fouten"][0]["veld"] == "op"


def test_kinds_have_addresses_of_their_own() -> None:
    taken = {"wijzigingen", "versies"}
    assert not taken & {soort.meervoud for soort in SOORTEN.values()}
