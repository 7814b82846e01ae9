# SPDX-License-Identifier: EUPL-1.2
"""What every list and every single read can do, by JSON:API 1.1 and its profile for pages."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from office import ABB, BESLUITENLIJST, Office, Person, accept, problem

from loket.api.jsonapi.kinds import Kind
from loket.api.jsonapi.query import Query, paths
from loket.api.jsonapi.resource import Resource
from loket.api.jsonapi.select import select
from loket.api.resources import RESOURCES
from loket.evidence.store import connect
from loket.kernel import Actor

TYPE = "application/vnd.api+json"
LISTS = [each for each in RESOURCES.values() if each.table]
TABLES = [each for each in LISTS if not each.table.startswith("(")]
"""Not those that are drawn together from the indexes of others."""


@pytest.fixture(scope="module")
def many(office: Office) -> Office:
    """Aalst has drafts and sent dossiers, Gent too."""
    for person, drafts, sent in ((office.aalst, 3, 5), (office.gent, 1, 2)):
        for n in range(drafts):
            office.draft(person, zittingsdatum=f"2026-11-0{n + 1}T19:00:00Z")
        for _ in range(sent):
            office.sent(person)
    office.project()
    return office


def keys(person: Person, address: str) -> list[str]:
    """The ids on a page."""
    answer = person.get(address)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["data"]]


def walk(person: Person, address: str, turn: str = "next") -> list[list[str]]:
    """The ids of this page and all after it (or before it)."""
    found, link = [], address
    while link:
        answer = person.get(link)
        assert answer.status_code == 200, answer.text
        found.append([row["id"] for row in answer.json()["data"]])
        link = answer.json()["links"][turn]
    return found


# Pages and order

KEYS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "verzonden": lambda row: row["verzonden_op"] or "9999",
    "zittingsdatum": lambda row: row["zittingsdatum"],
    "bestuur": lambda row: row["bestuur_naam"],
}


@pytest.mark.parametrize("sort", [sign + name for name in KEYS for sign in ("", "-")])
@pytest.mark.parametrize("more", ["", ",gewijzigd", ",-gewijzigd", ",-zittingsdatum,bestuur"])
def test_pages_follow_on_each_other_in_every_order(many: Office, sort: str, more: str) -> None:
    whole = many.aalst.get(f"/toezicht?sort={sort}{more}&page[size]=200").json()
    rows = [row["attributes"] for row in whole["data"]]
    key = KEYS[sort.removeprefix("-")]
    ordered = [key(row) for row in rows]
    assert ordered == sorted(ordered, reverse=sort.startswith("-"))
    pages = walk(many.aalst, f"/toezicht?sort={sort}{more}&page[size]=3")
    found = [row for page in pages for row in page]
    assert found == [row["id"] for row in whole["data"]]
    assert {len(page) for page in pages[:-1]} == {3}
    assert whole["links"]["next"] is whole["links"]["prev"] is None


def test_one_leafs_back_by_the_same_pages(many: Office) -> None:
    pages, link = [], "/toezicht?sort=zittingsdatum,-verzonden&page[size]=3"
    while link:
        last, answer = link, many.aalst.get(link).json()
        pages.append([row["id"] for row in answer["data"]])
        link = answer["links"]["next"]
    back = walk(many.aalst, last, "prev")
    assert back[0] == pages[-1]
    assert [row for page in reversed(back) for row in page] == [row for p in pages for row in p]


def test_pages_hold_while_dossiers_come(fresh: Office) -> None:
    before = [fresh.sent() for _ in range(4)]
    fresh.project()
    first = fresh.abb.get("/toezicht?page[size]=2").json()
    for _ in range(3):
        fresh.sent()
    fresh.project()
    second = fresh.abb.get(first["links"]["next"]).json()
    shown = [row["id"] for page in (first, second) for row in page["data"]]
    assert [f"toezicht/{key}" for key in shown] == before[::-1]
    newer = fresh.abb.get(second["links"]["prev"]).json()
    assert [row["id"] for row in newer["data"]] == shown[:2]
    assert len(fresh.abb.get(newer["links"]["prev"]).json()["data"]) == 2


def test_each_row_has_its_own_bookmark(many: Office) -> None:
    page = many.aalst.get("/toezicht?page[size]=5").json()["data"]
    for earlier, later in pairwise(page):
        mark = earlier["meta"]["page"]["cursor"]
        assert keys(many.aalst, f"/toezicht?page[size]=1&page[after]={mark}") == [later["id"]]
        mark = later["meta"]["page"]["cursor"]
        assert keys(many.aalst, f"/toezicht?page[size]=1&page[before]={mark}") == [earlier["id"]]


def test_a_list_is_counted_when_asked(many: Office) -> None:
    everything = many.aalst.get("/toezicht?page[total]=true&page[size]=1").json()
    assert everything["meta"]["page"]["total"] == len(keys(many.aalst, "/toezicht"))
    assert "meta" not in many.aalst.get("/toezicht").json()


SOME = "e87f7589-0dae-4fcd-beaf-40ce1c63a1c8"


def _bookmark(sort: list[str], *key: Any) -> str:
    return urlsafe_b64encode(json.dumps([sort, key]).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "mark",
    [
        "x", "W10", "eyJ9", "e30", "bnVsbA",
        _bookmark(["gewijzigd"], "1", SOME),
        _bookmark(["-verzonden"], "morgen", SOME),
        _bookmark(["-verzonden"], "\0", SOME),
        _bookmark(["-verzonden"], 1, SOME),
        _bookmark(["-verzonden"], "2026-01-01", "1"),
        _bookmark(["-verzonden"], "2026-01-01"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("side", ["after", "before"])
def test_a_bookmark_of_ones_own_making_is_refused(office: Office, mark: str, side: str) -> None:
    answer = office.aalst.get(f"/toezicht?page[{side}]={mark}")
    found = problem(answer, 400, "loket/vraag-ongeldig")["fouten"]
    assert [(f["veld"], f["regel"]) for f in found] == [(f"page[{side}]", "bladwijzer")]


# Filters


def test_filters_narrow_what_may_be_seen(fresh: Office) -> None:
    draft, sent = fresh.draft(), fresh.sent()
    fresh.sent(fresh.gent)
    fresh.project()

    def ids(query: str) -> set[str]:
        return {f"toezicht/{key}" for key in keys(fresh.aalst, f"/toezicht?{query}")}

    aalst, gent, abb = (fresh.bestuur(n).uri for n in ("Gemeente Aalst", "Gemeente Gent", ABB))
    moment = fresh.aalst.get(f"/{sent}").json()["data"]["attributes"]["verzonden_op"]
    for query, found in {
        "filter[toestand]=verzonden": {sent},
        "filter[toestand]=verzonden,concept": {draft, sent},
        "filter[toestand]=verzonden&filter[toestand]=concept": {draft, sent},
        "filter[toestand]=verzonden&filter[bestuur]=" + gent: set(),
        f"filter[bestuur]={aalst},{gent}": {draft, sent},
        "filter[verzonden][van]=2999-01-01T00:00:00Z": set(),
        f"filter[verzonden][van]={moment}": {sent},
        f"filter[verzonden][tot]={moment}": set(),
        "filter[verzonden][tot]=2999-01-01T00:00:00%2B01:00": {sent},
        f"filter[dossiertype]={BESLUITENLIJST}": {draft, sent},
        f"filter[ontvanger]={abb}": {sent},
        f"filter[id]={draft.removeprefix('toezicht/')},{uuid4()}": {draft},
    }.items():
        assert ids(query) == found, query


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("filter[toestand]=weg", ["filter[toestand]"]),
        ("filter[toestand]=", ["filter[toestand]"]),
        ("filter[bestuur]=javascript:1", ["filter[bestuur]"]),
        ("filter[bestuur]=http://a,", ["filter[bestuur]"]),
        ("filter[verzonden]=2026-01-01", ["filter[verzonden]"]),
        ("filter[verzonden][van]=gisteren", ["filter[verzonden][van]"]),
        ("filter[verzonden][van]=2026-01-01T00:00:00", ["filter[verzonden][van]"]),
        ("filter[verzonden][van]=2026-02-30T00:00:00Z", ["filter[verzonden][van]"]),
        ("filter[id]=1", ["filter[id]"]),
        ("filter=1", ["filter"]),
        ("kleur=rood&smaak=zoet", ["kleur", "smaak"]),
        ("sort=kleur", ["sort"]),
        ("sort=--verzonden", ["sort"]),
        ("sort=", ["sort"]),
        ("sort=verzonden&sort=bestuur", ["sort"]),
        ("sort=id; DROP TABLE events", ["sort"]),
        ("page[size]=0", ["page[size]"]),
        ("page[size]=201", ["page[size]"]),
        ("page[size]=veel", ["page[size]"]),
        ("page[size]=" + "9" * 5000, ["page[size]"]),
        ("page[number]=2", ["page[number]"]),
        ("page[total]=ja", ["page[total]"]),
        ("page[after]=a.b", ["page[after]"]),
        ("page[after]=aa&page[before]=bb", ["page[before]"]),
        ("include=kleur", ["include"]),
        ("include=bestuur.kleur", ["include"]),
        ("fields[zaken]=naam", ["fields[zaken]"]),
        ("fields[inzendingen]=kleur", ["fields[inzendingen]"]),
        ("fields[inzendingen=klasse", ["fields[inzendingen"]),
        ("op=2026-01-01T00:00:00Z", ["op"]),
    ],
)
def test_what_a_list_does_not_know_is_refused_by_name(
    office: Office, query: str, names: list[str]
) -> None:
    answer = office.aalst.get(f"/toezicht?{query}")
    found = problem(answer, 400, "loket/vraag-ongeldig")["fouten"]
    assert [each["veld"] for each in found] == names
    assert all(each["melding"] for each in found)


@pytest.mark.parametrize("query", ["sort=verzonden", "page[size]=1", "filter[toestand]=concept"])
def test_one_thing_cannot_be_sorted_filtered_or_paged(office: Office, query: str) -> None:
    answer = office.aalst.get(f"/{office.draft()}?{query}")
    problem(answer, 400, "loket/vraag-ongeldig")


# Documents


def test_a_document_includes_each_thing_once_and_nothing_that_is_not_linked(many: Office) -> None:
    asked = "bestuur,dossiertype,ontvangers,verbetert.bestuur"
    found = many.abb.get(f"/toezicht?include={asked}").json()
    included = [(each["type"], each["id"]) for each in found["included"]]
    assert len(included) == len(set(included))
    linked = set()
    for row in found["data"]:
        for each in row["relationships"].values():
            data = each["data"]
            several = data if isinstance(data, list) else [data] if data else []
            linked |= {(one["type"], one["id"]) for one in several}
    assert set(included) == {each for each in linked if each[0] != "inzendingen"}
    assert "included" not in many.abb.get("/toezicht").json()
    assert (
        many.gent.get("/toezicht?filter[toestand]=verworpen&include=bestuur").json()["included"]
        == []
    )


def test_only_a_dossier_by_its_own_id_is_corrected(fresh: Office) -> None:
    wrong = fresh.sent()
    for name in (wrong, f"agendas/{uuid4()}", f"tijdstempels/{uuid4()}"):
        body = {"dossiertype": BESLUITENLIJST, "verbetert": name}
        answer = fresh.aalst.ask(f"toezicht/{uuid4()}", "besluit-opstellen", body)
        problem(answer, 422, "toezicht/verbetert-onbekend-dossier")


def test_what_one_may_not_see_is_not_included(fresh: Office) -> None:
    wrong = fresh.sent()
    better = f"toezicht/{uuid4()}"
    body = {
        "dossiertype": BESLUITENLIJST,
        "verbetert": wrong.removeprefix("toezicht/"),
    }
    accept(fresh.aalst.ask(better, "besluit-opstellen", body))
    fresh.project()
    mine = fresh.aalst.get(f"/{better}?include=verbetert,verbetert.bestuur").json()
    assert [each["type"] for each in mine["included"]] == ["inzendingen", "besturen"]
    assert mine["included"][0]["id"] == wrong.removeprefix("toezicht/")
    assert keys(fresh.abb, "/toezicht?include=verbeterd_door") == [wrong.removeprefix("toezicht/")]


def test_sparse_fields_leave_out_all_others(many: Office) -> None:
    query = "fields[inzendingen]=toestand,bestuur&fields[besturen]=naam&include=bestuur"
    found = many.aalst.get(f"/toezicht?{query}").json()
    for row in found["data"]:
        assert set(row["attributes"]) == {"toestand"}
        assert set(row["relationships"]) == {"bestuur"}
    assert [each["attributes"] for each in found["included"]] == [{"naam": "Aalst"}]
    bare = many.aalst.get("/toezicht?fields[inzendingen]=").json()["data"][0]
    assert set(bare) == {"type", "id", "links", "meta"}


def test_links_lead_where_they_say(many: Office) -> None:
    page = many.aalst.get("/toezicht?sort=bestuur&page[size]=2").json()
    assert many.aalst.get(page["links"]["self"]).json() == page
    row = page["data"][0]
    alone = many.aalst.get(row["links"]["self"]).json()
    assert (alone["data"]["type"], alone["data"]["id"]) == (row["type"], row["id"])
    assert alone["links"]["self"] == row["links"]["self"]
    assert many.aalst.get(row["links"]["tijdlijn"]).status_code == 200


@pytest.mark.parametrize("key", ["x", "ABCDEF00-0000-0000-0000-000000000000", "1" * 32])
def test_what_is_no_id_is_not_found(office: Office, key: str) -> None:
    problem(office.aalst.get(f"/toezicht/{key}"), 404, "loket/niet-gevonden")


# Media types


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Accept", "*/*", 200),
        ("Accept", "application/json", 200),
        ("Accept", TYPE, 200),
        ("Accept", f'{TYPE};profile="https://example.org/a https://example.org/b"', 200),
        ("Accept", f"{TYPE};charset=utf-8, {TYPE}", 200),
        ("Accept", f"{TYPE};charset=utf-8", 406),
        ("Accept", f'{TYPE};ext="https://jsonapi.org/ext/atomic", text/html', 406),
        ("Content-Type", TYPE, 200),
        ("Content-Type", f'{TYPE};profile="https://example.org/a"', 200),
        ("Content-Type", f"{TYPE}; charset=utf-8", 415),
        ("Content-Type", f'{TYPE};ext="https://jsonapi.org/ext/atomic"', 415),
    ],
)
def test_the_media_type_has_no_parameters_that_we_do_not_know(
    office: Office, header: str, value: str, status: int
) -> None:
    answer = office.aalst.get("/toezicht", **{header.replace("-", "_"): value})
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["content-type"].startswith(TYPE + ";profile=")
        assert answer.headers["vary"] == "Accept"
        assert answer.json()["jsonapi"]["version"] == "1.1"


# All resources


@pytest.mark.parametrize("resource", TABLES, ids=lambda each: each.type)
def test_every_order_is_read_from_an_index(office: Office, resource: Resource) -> None:
    for name, sort in resource.sorts.items():
        with connect(office.loket.dsn) as conn:
            conn.execute("SET enable_seqscan = off")
            conn.execute("SET enable_sort = off")
            conn.execute("SET enable_bitmapscan = off")
            order = (
                f"SELECT 1 FROM {resource.table} AS r ORDER BY {sort.sql}, {resource.key} LIMIT 1"
            )
            plan = " ".join(line for (line,) in conn.execute(f"EXPLAIN {order}").fetchall())
        assert "Sort" not in plan, (resource.type, name)


def _sample(kind: Kind) -> Any:
    """A value of this kind."""
    by_format = {"date": "2026-01-01", "date-time": "2026-01-01T00:00:00Z", "uuid": str(uuid4())}
    by_type = {"integer": 1, "boolean": True, "string": "x"}
    if "enum" in kind.schema:
        return kind.schema["enum"][0]
    return by_format.get(kind.schema.get("format", "")) or by_type[kind.schema["type"]]


@pytest.mark.parametrize("resource", LISTS, ids=lambda each: each.type)
def test_every_filter_and_column_is_understood_by_the_database(
    office: Office, resource: Resource
) -> None:
    filters = tuple((each, (_sample(each.kind),)) for each in resource.filters.values())
    actor = Actor("urn:persoon:x", "urn:bestuur:x", "", frozenset())
    for sort in ("", *resource.sorts, *(f"-{name}" for name in resource.sorts)):
        query = Query(filters=filters, sort=(sort,) if sort else ())
        selection = select(resource, query, actor, 1)
        with connect(office.loket.dsn) as conn:
            assert len(conn.execute(selection.sql, selection.arguments).fetchall()) <= 1


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=lambda each: each.type)
def test_a_resource_is_whole(resource: Resource) -> None:
    assert not set(resource.attributes) & set(resource.relationships)
    assert not {"id", "type", "links", "relationships"} & set(resource.names)
    assert not resource.sorts or resource.order.removeprefix("-") in resource.sorts
    assert {each.type for each in resource.relationships.values()} <= set(RESOURCES)
    assert resource.table or resource.catalog or resource.one
    assert not resource.path or resource.path.startswith("/")
    assert len(paths(resource, RESOURCES)) < 60
    hidden = {f"r.{name}" for name, each in resource.attributes.items() if each.visible}
    asked = [*(each.condition for each in resource.filters.values()), *(
        each.sql for each in resource.sorts.values()
    )]  # fmt: skip
    assert not [each for each in asked if any(name in each for name in hidden)]
