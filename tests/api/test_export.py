# SPDX-License-Identifier: EUPL-1.2
"""Any list as CSV and XLSX: what the list shows, read back by other readers."""

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from office import ABB, Office, Person, accept, open_office, problem, settings

from loket.api.jsonapi.resource import Resource
from loket.api.jsonapi.sheets import BELGIUM, write_csv, write_xlsx
from loket.api.parts import roles_of
from loket.api.resources import RESOURCES
from loket.domain import MODULES

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def in_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def in_xlsx(content: bytes) -> list[dict[str, Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    names, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return [dict(zip(map(str, names), row, strict=True)) for row in rows]


def table(person: Person, address: str, **headers: str) -> list[dict[str, Any]]:
    answer = person.get(address, **headers)
    assert answer.status_code == 200, answer.text
    kind = answer.headers["content-type"]
    return in_xlsx(answer.content) if kind == XLSX else in_csv(answer.content)


@pytest.fixture
def many(fresh: Office) -> Office:
    fresh.draft()
    for _ in range(3):
        fresh.sent()
    fresh.sent(fresh.gent)
    fresh.project()
    return fresh


def test_a_list_is_exported_with_names_beside_uris(many: Office) -> None:
    answer = many.aalst.get("/toezicht?formaat=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"].startswith('attachment; filename="inzendingen-')
    assert answer.content.startswith("\ufeffid,".encode())
    assert b"\r\n" in answer.content
    rows = in_csv(answer.content)
    listed = many.aalst.get("/toezicht").json()["data"]
    assert [row["id"] for row in rows] == [row["id"] for row in listed]
    row, shown = rows[-1], listed[-1]["attributes"]
    assert row["bestuur"] == many.bestuur("Gemeente Aalst").uri
    assert row["dossiertype_naam"] == "Besluitenlijst"
    assert row["klasse_naam"] == "Gemeente"
    assert row["ontvangers_naam"] == ABB
    assert row["toestand"] == shown["toestand"]
    moment = datetime.fromisoformat(row["verzonden_op"])
    assert moment == datetime.fromisoformat(shown["verzonden_op"])


def test_both_forms_hold_the_same_rows_within_ones_scope(many: Office) -> None:
    for address in ("/toezicht", "/toezicht?filter[toestand]=verzonden&sort=verzonden"):
        wanted = [row["id"] for row in many.aalst.get(address).json()["data"]]
        assert len(wanted) in {3, 4}
        as_csv = table(many.aalst, address, Accept="text/csv")
        as_xlsx = table(many.aalst, address, Accept=f"{XLSX}, */*;q=0.1")
        assert [row["id"] for row in as_csv] == [row["id"] for row in as_xlsx] == wanted
        for one, other in zip(as_csv, as_xlsx, strict=True):
            assert int(one["versie"]) == other["versie"]
            assert one["toestand"] == other["toestand"]
    assert len(table(many.abb, "/toezicht?formaat=csv")) == 4
    assert len(table(many.gent, "/toezicht?formaat=xlsx")) == 1


def test_moments_in_a_workbook_are_belgian_time(many: Office) -> None:
    [sent, *_] = table(many.gent, "/toezicht?formaat=xlsx")
    [same, *_] = table(many.gent, "/toezicht?formaat=csv")
    moment = datetime.fromisoformat(same["verzonden_op"])
    local = moment.astimezone(BELGIUM).replace(tzinfo=None)
    assert abs((sent["verzonden_op"] - local).total_seconds()) < 1


def test_only_the_fields_that_are_asked_are_exported(many: Office) -> None:
    address = "/toezicht?fields[inzendingen]=toestand,bestuur&formaat=csv"
    assert set(table(many.aalst, address)[0]) == {"id", "toestand", "bestuur", "bestuur_naam"}


def test_an_empty_list_is_a_table_with_a_heading(many: Office) -> None:
    nothing = "/toezicht?filter[toestand]=ingetrokken&formaat="
    assert table(many.aalst, f"{nothing}csv") == table(many.aalst, f"{nothing}xlsx") == []
    assert many.aalst.get(f"{nothing}csv").text.count("\r\n") == 1


LISTS = [each for each in RESOURCES.values() if each.path and each.sorts]


@pytest.mark.parametrize("resource", LISTS, ids=lambda each: each.type)
def test_every_list_can_be_exported(office: Office, resource: Resource) -> None:
    everything = office.person(ABB, *ALL_ROLES)
    for form in ("csv", "xlsx"):
        answer = everything.get(f"{resource.path}?formaat={form}")
        assert answer.status_code == 200, answer.text


ALL_ROLES = frozenset().union(*(roles_of(module) for module in MODULES.values()))


@pytest.mark.parametrize(
    "query",
    ["formaat=pdf", "formaat=csv&formaat=xlsx", "formaat=csv&page[size]=3", "formaat=csv&kleur=1",
     "formaat=xlsx&include=bestuur", "formaat=csv&page[after]=abc", "formaat="],
)  # fmt: skip
def test_a_table_that_cannot_be_is_refused(office: Office, query: str) -> None:
    problem(office.aalst.get(f"/toezicht?{query}"), 400, "loket/vraag-ongeldig")


def test_who_may_not_see_the_list_gets_no_table(office: Office) -> None:
    nobody = office.person("Gemeente Aalst")
    problem(nobody.get("/toezicht?formaat=csv"), 403, "loket/geen-recht")
    problem(Person(office.http).get("/toezicht?formaat=csv"), 401, "loket/geen-token")


def test_a_list_that_is_too_long_is_refused(database: str, tmp_path: Path) -> None:
    with open_office(settings(database, tmp_path, max_export=3)) as small:
        small.draft()
        for _ in range(3):
            small.sent()
        small.project()
        refused = problem(small.aalst.get("/toezicht?formaat=csv"), 422, "loket/uitvoer-te-groot")
        assert refused["detail"] == "De lijst telt 4 rijen; ten hoogste 3 kan."
        assert len(table(small.aalst, "/toezicht?formaat=csv&filter[toestand]=verzonden")) == 3


def test_pages_of_the_same_list_go_on_after_a_table(many: Office) -> None:
    page = many.aalst.get("/toezicht?page[size]=2").json()
    assert len(many.aalst.get(page["links"]["next"]).json()["data"]) == 2
    accept(many.aalst.ask(f"toezicht/{page['data'][0]['id']}", "besluit-valideren"))


STRANGE = [
    "=1+1", "+32", "-5", "@SUM(A1)", "\tx", "  =cmd", "＝1", 'met "aanhaling", en komma',
    "twee\r\nregels", "é ü €", "", "x" * 40_000,
]  # fmt: skip


def test_no_cell_is_a_formula() -> None:
    out = io.BytesIO()
    write_csv(out, "", ["tekst", "getal"], [[text, -5] for text in STRANGE])
    rows = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline="")))[1:]
    for text, (cell, number) in zip(STRANGE, rows, strict=True):
        assert cell.removeprefix("'") == text
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝")), cell
        assert number == "-5"
    book = io.BytesIO()
    write_xlsx(book, "Een [lijst]: met/vreemde*naam?", ["tekst"], [[text] for text in STRANGE])
    sheet = openpyxl.load_workbook(book).active
    assert sheet is not None
    cells = [row[0] for row in sheet.iter_rows(min_row=2, max_row=len(STRANGE) + 1)]
    assert all(cell.data_type in {"s", "n", "inlineStr"} for cell in cells)
    assert cells[0].value == "=1+1"
    assert cells[0].data_type == "s"
    assert len(cells[-1].value) == 32_767
