# SPDX-License-Identifier: EUPL-1.2
"""The form of a type over HTTP: one definition, in the form that is asked."""

import json
from uuid import uuid4

import jsonschema_rs
import pytest
from office import BESLUITENLIJST, COLLEGE, FIELDS, Office, Person, problem
from rdflib import Graph, URIRef

from loket.api.formulier import OFFERED
from loket.reference import load

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")

TYPE = BESLUITENLIJST.rpartition("/")[2]
PATH = f"/toezicht/dossiertypes/{TYPE}/formulier"
OCMW = load().codelijsten["bestuurseenheid-classificatie"].find("OCMW")


def form(by: Person, accept: str, query: str = "") -> str:
    answer = by.get(PATH + query, Accept=accept)
    assert answer.status_code == 200, answer.text
    assert answer.headers["vary"] == "Accept"
    assert answer.headers["content-type"].partition(";")[0] in OFFERED
    text: str = answer.text
    return text


def test_as_json_schema_it_judges_the_body_of_the_dry_run(office: Office) -> None:
    schema = json.loads(form(office.aalst, "application/schema+json"))
    validator = jsonschema_rs.validator_for(schema)
    body = {"dossiertype": BESLUITENLIJST, "velden": FIELDS, "bestanden": 1}
    assert validator.is_valid(body)
    organ = schema["$defs"]["codelijst-bestuursorgaan-classificatie-van-klasse"]["oneOf"]
    assert {"const": COLLEGE, "title": "College van Burgemeester en Schepenen"} in organ
    assert not validator.is_valid({**body, "velden": {**FIELDS, "bestuursorgaan": "http://x"}})
    assert not validator.is_valid({**body, "bestanden": 0})


def test_as_a_context_it_makes_rdf_of_a_form(office: Office) -> None:
    context = json.loads(form(office.aalst, "application/ld+json"))
    document = {
        "@context": context["@context"],
        "@id": "http://x/besluit",
        "dossiertype": BESLUITENLIJST,
        "velden": {"bestuursorgaan": COLLEGE},
    }
    graph = Graph().parse(data=json.dumps(document), format="json-ld")
    by = URIRef("http://data.europa.eu/eli/ontology#passed_by")
    assert list(graph.objects(URIRef("http://x/besluit"), by)) == [URIRef(COLLEGE)]
    assert context["plaats"]["zittingsdatum"][-1] == "zittingsdatum"


def test_as_turtle_it_has_shapes(office: Office) -> None:
    graph = Graph().parse(data=form(office.aalst, "text/turtle"), format="turtle")
    target = URIRef("http://www.w3.org/ns/shacl#targetClass")
    assert URIRef(BESLUITENLIJST) in set(graph.objects(None, target))


def test_as_json_it_is_what_the_type_shows(office: Office) -> None:
    shown = office.aalst.get(f"/toezicht/dossiertypes/{TYPE}").json()
    assert json.loads(form(office.aalst, "application/json")) == shown
    assert json.loads(form(office.aalst, "*/*")) == shown


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/turtle;q=0.2, application/ld+json", "application/ld+json"),
        ("text/*", "text/turtle"),
        ("application/json;q=0, application/*", "application/schema+json"),
        ("text/html, */*;q=0.1", "application/json"),
    ],
)
def test_the_type_that_is_liked_best_is_given(office: Office, accept: str, kind: str) -> None:
    answer = office.aalst.get(PATH, Accept=accept)
    assert answer.headers["content-type"].partition(";")[0] == kind


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "x/y;q=z"])
def test_what_we_do_not_have_is_refused(office: Office, accept: str) -> None:
    body = problem(office.aalst.get(PATH, Accept=accept), 406, "loket/niet-aanvaardbaar")
    assert "text/turtle" in body["detail"]


def test_it_can_be_asked_for_another_class_and_day(office: Office) -> None:
    assert OCMW
    asked = f"?klasse={OCMW.uri}&op=2027-01-01"
    schema = json.loads(form(office.aalst, "application/schema+json", asked))
    assert schema["$comment"].startswith("Voor OCMW op 2027-01-01; versie ")
    problem(office.aalst.get(f"{PATH}?klasse=http://x"), 422, "loket/aanvraag-ongeldig")
    problem(office.aalst.get(f"{PATH}?op=morgen"), 422, "loket/aanvraag-ongeldig")
    unknown = office.aalst.get(f"/toezicht/dossiertypes/{uuid4()}/formulier")
    problem(unknown, 404, "loket/niet-gevonden")
    problem(Person(office.http).get(PATH), 401, "loket/geen-token")
