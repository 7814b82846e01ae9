# SPDX-License-Identifier: EUPL-1.2
"""Completeness: what was sent against what arrived, always provably equal, or seen not to be."""

import hashlib
from typing import Any

import pytest
from office import ABB, READER, SENDER, Office, Person, accept, problem
from supervising import begun, editor, read, received

from loket.evidence.store import connect
from loket.projections import PROJECTIONS
from loket.projections._rebuild import rebuild


def figure(person: Person, kant: str = "ontvangen") -> dict[str, Any]:
    found: dict[str, Any] = read(person, f"/behandelingen/volledigheid?kant={kant}")["data"][
        "attributes"
    ]
    return found


def alter(office: Office, statement: str) -> None:
    """What nobody but an administrator of the database could do."""
    with connect(office.loket.dsn) as conn:
        conn.execute(statement)  # type: ignore[call-overload]


def test_what_the_log_delivered_is_what_the_queue_holds(fresh: Office) -> None:
    received(fresh)
    received(fresh, fresh.gent)
    found = figure(editor(fresh))
    assert found["gelijk"] is True
    assert found["logboek"] == found["leesmodel"]
    assert found["logboek"]["aantal"] == 2
    assert found["achterstand"] == 0
    assert [each["gelijk"] for each in found["per_maand"]] == [True]
    assert [each["logboek"]["aantal"] for each in found["per_dossiertype"]] == [2]


def test_the_digest_is_that_of_the_sorted_leaves_in_the_published_log(fresh: Office) -> None:
    received(fresh)
    received(fresh)
    with connect(fresh.loket.dsn) as conn:
        query = "SELECT leaf_hash FROM events WHERE type ~ 'BesluitAfgeleverd'"
        leaves = sorted(leaf for (leaf,) in conn.execute(query).fetchall())
    expected = hashlib.sha256(b"".join(leaves)).hexdigest()
    assert figure(editor(fresh))["logboek"]["bladeren"] == expected


def test_both_sides_are_taken_at_the_position_of_the_queue(fresh: Office) -> None:
    received(fresh)
    fresh.sent()
    found = figure(editor(fresh))
    assert found["gelijk"] is True
    assert found["logboek"]["aantal"] == 1
    assert found["achterstand"] > 0
    fresh.project()
    assert figure(editor(fresh))["logboek"]["aantal"] == 2


def test_a_sender_sees_that_all_it_sent_arrived(fresh: Office) -> None:
    received(fresh)
    received(fresh, fresh.gent)
    clerk = fresh.person("Gemeente Aalst", SENDER)
    mine = figure(clerk, "verzonden")
    assert mine["gelijk"] is True
    assert mine["logboek"]["aantal"] == 1
    assert figure(clerk)["logboek"]["aantal"] == 0


def test_every_sending_of_a_dossier_counts(fresh: Office) -> None:
    dossier = fresh.sent()
    begun(fresh)
    admin = fresh.person(ABB, "LoketLB-admin")
    accept(admin.ask(dossier, "besluit-heropenen", {"reden": "vraag"}))
    accept(fresh.aalst.ask(dossier, "besluit-verzenden"))
    begun(fresh)
    found = figure(editor(fresh))
    assert found["gelijk"] is True
    assert found["logboek"]["aantal"] == 2


ADDED = """INSERT INTO behandelingen_afleveringen
    SELECT position + 1000, behandeling, verzending, registered, sha256(leaf_hash)
    FROM behandelingen_afleveringen"""


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM behandelingen",
        "DELETE FROM behandelingen_afleveringen",
        "UPDATE behandelingen SET ontvanger = 'http://elders.example'",
        "UPDATE behandelingen SET bestuur = 'http://elders.example'",
        "UPDATE behandelingen SET dossiertype = 'http://elders.example'",
        "UPDATE behandelingen SET klasse = ''",
        "UPDATE behandelingen SET dossier = gen_random_uuid()",
        "UPDATE behandelingen SET verzending = 7",
        "UPDATE behandelingen SET afgeleverd_op = afgeleverd_op + interval '1 day'",
        "UPDATE behandelingen_afleveringen SET leaf_hash = sha256(leaf_hash)",
        ADDED,
    ],
)
def test_a_row_that_is_gone_added_or_changed_is_seen(fresh: Office, statement: str) -> None:
    received(fresh)
    assert figure(editor(fresh))["gelijk"] is True
    alter(fresh, statement)
    found = figure(editor(fresh))
    assert found["gelijk"] is False
    assert found["logboek"]["aantal"] == 1


def test_a_rebuild_makes_it_equal_again(fresh: Office) -> None:
    received(fresh)
    alter(fresh, "DELETE FROM behandelingen")
    assert figure(editor(fresh))["gelijk"] is False
    names = ["behandelingen"]
    rebuild(fresh.loket.dsn, fresh.loket.mapper, names, PROJECTIONS)
    assert figure(editor(fresh))["gelijk"] is True


def test_who_asks_for_another_side_is_told_what_there_is(fresh: Office) -> None:
    reader = fresh.person(ABB, READER)
    assert figure(reader)["gelijk"] is True
    problem(reader.get("/behandelingen/volledigheid?kant=beide"), 422, "loket/aanvraag-ongeldig")
