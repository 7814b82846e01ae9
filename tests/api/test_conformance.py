# SPDX-License-Identifier: EUPL-1.2
"""Every operation of the OpenAPI document, tried over HTTP with requests made by schemathesis."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from office import ABB, ADMIN, READER, SENDER, Office, served
from office import settings as loket_settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from loket.api.app import create_app
from loket.devissuer import DevIssuer
from loket.reference import load
from loket.wiring import build

EXAMPLES = 3
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("name", "roles"),
    [("Gemeente Aalst", [SENDER]), (ABB, [READER, ADMIN]), ("", [])],
    ids=["sender", "supervisor", "nobody"],
)
def test_every_answer_is_as_documented(
    database: str, tmp_path: Path, name: str, roles: list[str]
) -> None:
    loket = build(loket_settings(database, tmp_path), besturen=load().besturen)
    app = create_app(loket)
    issuer = DevIssuer(loket.settings.keys_dir, loket.settings.audience, embedded=True)
    office = Office(loket, TestClient(app), issuer)
    headers = {"Authorization": f"Bearer {office.token(name, roles)}"} if name else {}
    schema: Any = schemathesis.openapi.from_dict(app.openapi())
    with served(app) as url:
        # What never ends is not waited for.
        operations = [
            operation
            for found in schema.get_all_operations()
            if (operation := found.ok()).path != "/gebeurtenissen"
        ]
        assert len(operations) > 30
        for operation in operations:
            _try(operation.as_strategy(), url, headers)
            # What takes no parameters cannot be asked wrongly.
            with suppress(Unsatisfiable):
                wrong = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
                _try(wrong, url, headers)
    loket.close()


def _try(cases: Any, url: str, headers: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def run(case: Any) -> None:
        response = case.call(base_url=url, headers=headers)
        case.validate_response(response, checks=CHECKS)

    run()
