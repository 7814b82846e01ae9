# SPDX-License-Identifier: EUPL-1.2
"""Medewerkers through HTTP: one's own, and what colleagues may know of it."""

import json

from office import ADMIN, SENDER, Office, accept, problem
from supervising import editor, me, read

from loket.domain.medewerkers.words import stream_of


def test_everybody_finds_their_own_stream(fresh: Office) -> None:
    an = editor(fresh)
    mine = read(an, "/medewerkers/mij")["data"]
    assert f"medewerkers/{mine['id']}" == me(fresh, "an")
    assert mine["attributes"]["naam"] == "An Peeters"
    assert (mine["attributes"]["versie"], mine["attributes"]["zelf"]) == (0, True)
    accept(an.ask(me(fresh, "an"), "profiel-bijwerken", {"teams": ["financien"]}))
    fresh.project()
    known = read(an, "/medewerkers/mij")["data"]["attributes"]
    assert (known["versie"], known["teams"]) == (1, ["financien"])
    assert known["email"] == "an@abb.example"


def test_colleagues_see_names_teams_and_absence_only(fresh: Office) -> None:
    an, bea = editor(fresh), editor(fresh, "bea", "Bea Claes")
    accept(bea.ask(me(fresh, "bea"), "profiel-bijwerken"))
    accept(an.ask(me(fresh, "an"), "profiel-bijwerken", {"teams": ["financien"]}))
    away = {
        "van": "2020-01-01",
        "tot": "2099-12-31",
        "vervanger": me(fresh, "bea").partition("/")[2],
    }
    accept(an.ask(me(fresh, "an"), "afwezigheid-melden", away))
    prefer = {"soort": "nieuw-dossier", "wijze": "direct", "adres": "geheim@abb.example"}
    accept(an.ask(me(fresh, "an"), "mailvoorkeur-instellen", prefer))
    fresh.project()
    rows = read(bea, "/medewerkers?sort=naam&filter[afwezig]=true")["data"]
    assert [row["attributes"]["naam"] for row in rows] == ["An Peeters"]
    shown = rows[0]["attributes"]
    assert (shown["afwezig"], shown["vervanger_naam"]) == (True, "Bea Claes")
    assert (shown["email"], shown["mailvoorkeuren"], shown["versie"]) == (None, None, None)
    assert "geheim" not in json.dumps(rows)
    (own,) = read(an, "/medewerkers/mij")["data"]["attributes"]["mailvoorkeuren"]
    assert own == prefer
    assert read(bea, "/medewerkers?filter[team]=financien")["data"][0]["id"] == rows[0]["id"]


def test_people_of_another_bestuur_do_not_exist(fresh: Office) -> None:
    accept(editor(fresh).ask(me(fresh, "an"), "profiel-bijwerken"))
    fresh.project()
    clerk = fresh.person("Gemeente Aalst", SENDER)
    assert read(clerk, "/medewerkers")["data"] == []
    problem(clerk.get(f"/{me(fresh, 'an')}"), 404, "loket/niet-gevonden")


def test_nobody_touches_or_proves_what_is_anothers(fresh: Office) -> None:
    an, bea = editor(fresh), editor(fresh, "bea", "Bea Claes")
    search = {"naam": "Geheim", "bron": "behandelingen", "vraag": "filter[van]=mij"}
    accept(an.ask(me(fresh, "an"), "zoekopdracht-bewaren", search))
    fresh.project()
    fresh.seal()
    assert bea.ask(me(fresh, "an"), "afwezigheid-beeindigen").status_code in (403, 404)
    for path in (f"bewijs/{me(fresh, 'an')}", f"{me(fresh, 'an')}/tijdlijn"):
        problem(bea.get(f"/{path}"), 404, "loket/niet-gevonden")
    assert an.get(f"/bewijs/{me(fresh, 'an')}").status_code == 200
    assert read(bea, "/zoekopdrachten")["data"] == []


def test_searches_are_kept_and_carried_out(fresh: Office) -> None:
    an = editor(fresh)
    search = {"naam": "Mijn dossiers", "bron": "behandelingen", "vraag": "filter[van]=mij"}
    accept(an.ask(me(fresh, "an"), "zoekopdracht-bewaren", search))
    fresh.project()
    (kept,) = read(an, "/zoekopdrachten")["data"]
    assert kept["attributes"]["adres"] == "/behandelingen?filter[van]=mij"
    assert read(an, kept["attributes"]["adres"])["data"] == []
    assert read(an, f"/zoekopdrachten/{kept['id']}")["data"]["attributes"]["naam"] == search["naam"]
    accept(an.ask(me(fresh, "an"), "zoekopdracht-verwijderen", {"naam": search["naam"]}))
    fresh.project()
    assert read(an, "/zoekopdrachten")["data"] == []


def test_what_does_not_make_sense_is_refused_by_name(office: Office) -> None:
    an, own = editor(office), me(office, "an")
    for command, body, status, name in (
        ("profiel-bijwerken", {"teams": ["geen"]}, 422, "onbekend-team"),
        ("afwezigheid-melden", {"van": "x", "tot": "y"}, 422, "ongeldige-afwezigheid"),
        ("afwezigheid-melden", {"van": "2020-01-01", "tot": "2099-12-31", "vervanger":
         "toezicht/11111111-1111-1111-1111-111111111111"}, 422, "ongeldige-afwezigheid"),
        ("zoekopdracht-verwijderen", {"naam": "geen"}, 404, "onbekende-zoekopdracht"),
        ("zoekopdracht-bewaren", {"naam": "", "bron": "X", "vraag": ""}, 422,
         "ongeldige-zoekopdracht"),
        ("mailvoorkeur-instellen", {"soort": "x", "wijze": "y"}, 422, "ongeldige-voorkeur"),
    ):  # fmt: skip
        problem(an.ask(own, command, body), status, f"medewerkers/{name}")
    problem(
        editor(office, "dirk").ask(me(office, "dirk"), "afwezigheid-beeindigen"),
        409,
        "medewerkers/niet-afwezig",
    )
    other = stream_of(office.bestuur("Gemeente Aalst").uri, "an")
    problem(
        an.ask(f"medewerkers/{other}", "profiel-bijwerken"), 403, "medewerkers/niet-uw-gegevens"
    )


def test_everybody_with_a_role_may_be_known(office: Office) -> None:
    admin = office.person("Gemeente Gent", ADMIN, sub="g", vo_id="g", given_name="G")
    own = read(admin, "/medewerkers/mij")["data"]["id"]
    accept(admin.ask(f"medewerkers/{own}", "profiel-bijwerken"))
    nobody = office.person("Gemeente Gent", "LoketLB-iets")
    problem(nobody.get("/medewerkers/mij"), 403, "loket/geen-recht")
