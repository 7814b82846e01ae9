# SPDX-License-Identifier: EUPL-1.2
"""What every answer has in common: problems, documentation, health."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from office import Office, open_office, problem, settings
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from loket.api.app import create_app
from loket.api.problems import Catalogue, pipeline_refusals, problem_response, status
from loket.domain import MODULES
from loket.kernel import Refused, kebab
from loket.wiring import Loket, build

REFUSALS: list[tuple[str, type[Refused]]] = [
    *(("loket", kind) for kind in pipeline_refusals()),
    *((module.name, kind) for module in MODULES.values() for kind in module.refusals),
]


@pytest.mark.parametrize(("module", "kind"), REFUSALS, ids=lambda x: getattr(x, "__name__", x))
def test_every_refusal_is_a_problem_that_explains_itself(
    office: Office, module: str, kind: type[Refused]
) -> None:
    path = f"/problemen/{module}/{kebab(kind.__name__)}"
    response = problem_response(Catalogue(MODULES), kind("Uitleg."))
    assert response.status_code == status(kind) >= 400
    assert f'"type":"{path}"'.encode() in bytes(response.body)
    found = office.http.get(path).json()
    assert found == {"type": path, "title": kind.title(), "status": status(kind)}
    assert found["title"].endswith((".", "?"))
    page = office.http.get(path, headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert f"<code>{path}</code>" in page.text


def test_all_problems_are_listed(office: Office) -> None:
    listed = [each["type"] for each in office.http.get("/problemen").json()]
    assert len(listed) == len(set(listed)) == len(REFUSALS)
    problem(office.http.get("/problemen/loket/onzin"), 404, "loket/niet-gevonden")


@pytest.mark.parametrize(
    ("method", "path", "code", "name"),
    [
        ("GET", "/onzin", 404, "niet-gevonden"),
        ("GET", "/toezicht/", 404, "niet-gevonden"),
        ("DELETE", "/besturen", 405, "methode-niet-toegelaten"),
        ("POST", "/health/live", 405, "methode-niet-toegelaten"),
        ("GET", "/log/timestamp/-1.tsr", 422, "aanvraag-ongeldig"),
    ],
)
def test_errors_of_the_framework_are_problems_too(
    office: Office, method: str, path: str, code: int, name: str
) -> None:
    problem(office.http.request(method, path), code, f"loket/{name}")


def test_a_fault_of_ours_tells_only_an_id(database: str, tmp_path: Path) -> None:
    secret = "jan.janssens@aalst.example"

    def broken(loket: Loket) -> Loket:
        def now() -> Any:
            raise RuntimeError(secret)

        return replace(loket, now=now)

    stream = "toezicht/2f0c8d6e-6f6b-4f0a-9d53-8f1f0c1b7a11"
    with open_office(settings(database, tmp_path), broken) as office, capture_logs() as logs:
        answers = (
            office.aalst.get("/toezicht/dossiertypes"),
            office.aalst.ask(stream, "besluit-opstellen", {"dossiertype": "x"}),
        )
    for answer, logged in zip(answers, logs, strict=True):
        found = problem(answer, 500, "loket/interne-fout")
        assert set(found) == {"type", "title", "status", "fouten", "kenmerk"}
        assert (logged["kenmerk"], logged["error"]) == (found["kenmerk"], "RuntimeError")
        assert secret not in f"{logged}{answer.text}"


def test_without_its_database_it_says_so(tmp_path: Path) -> None:
    nowhere = "postgresql://loket_app@127.0.0.1:9/loket?connect_timeout=1"
    loket = build(settings(nowhere, tmp_path))
    # Without the lifespan: the pool would wait for its first connection.
    http = TestClient(create_app(loket), raise_server_exceptions=False)
    ready = http.get("/health/ready")
    assert (ready.status_code, ready.json()["databank"]) == (503, "onbereikbaar")
    assert http.get("/health/live").json() == {"toestand": "ok"}


def test_health_tells_how_far_everything_is(fresh: Office) -> None:
    fresh.sent()
    behind = fresh.http.get("/health/ready").json()
    assert (behind["toestand"], behind["databank"], behind["logboek"]) == ("ok", "ok", 4)
    assert behind["zegel"]["gebeurtenissen"] == behind["tijdstempel"]["gebeurtenissen"] == 4
    assert {lag["gebeurtenissen"] for lag in behind["leesmodellen"].values()} == {4}
    fresh.seal()
    fresh.project()
    current = fresh.http.get("/health/ready").json()
    lags = [current["zegel"], current["tijdstempel"], *current["leesmodellen"].values()]
    assert {lag["gebeurtenissen"] for lag in lags} == {0}


def test_a_lost_database_is_found_again(fresh: Office) -> None:
    assert fresh.aalst.get("/toezicht").status_code == 200
    stream = fresh.draft()
    with psycopg.connect(fresh.loket.dsn, autocommit=True) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert fresh.aalst.get("/toezicht").status_code == 200
    assert fresh.aalst.get(f"/{stream}").status_code == 200
    assert fresh.aalst.upload(b"opnieuw").status_code == 201
    assert fresh.aalst.ask(stream, "besluit-verzenden").status_code == 201


def test_the_documentation_needs_no_other_server(office: Office) -> None:
    page = office.http.get("/docs")
    assert page.status_code == 200
    assert "http" not in page.text.replace("/openapi.json", "")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js", "favicon-32x32.png"):
        assert f"/docs/{name}" in page.text
        assert office.http.get(f"/docs/{name}").status_code == 200
    assert office.http.get("/docs/main.py").status_code == 404
    assert office.http.get("/", follow_redirects=False).headers["location"] == "/docs"


def test_every_command_is_documented_with_an_example(office: Office) -> None:
    spec = office.http.get("/openapi.json").json()
    for module in MODULES.values():
        for kind in module.commands:
            path = f"/{module.name}/{{stroom}}/{kebab(kind.__name__)}"
            if module.rights[kind] == {"systeem"}:
                assert path not in spec["paths"]
                continue
            operation = spec["paths"][path]["post"]
            content = operation["requestBody"]["content"]["application/json"]
            schema = spec["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
            assert schema["additionalProperties"] is False
            assert set(schema.get("required", ())) <= set(content["example"])
            assert operation["summary"]
            assert {"200", "201", "401", "403", "409", "412", "422", "500"} <= set(
                operation["responses"]
            )
            assert operation["security"] == [{"bearer": []}]


def test_every_operation_has_its_own_name(office: Office) -> None:
    paths = office.http.get("/openapi.json").json()["paths"]
    names = [op["operationId"] for path in paths.values() for op in path.values()]
    assert len(names) == len(set(names))
