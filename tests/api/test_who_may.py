# SPDX-License-Identifier: EUPL-1.2
"""Who gets through the door: every kind of token at every kind of route."""

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from office import ABB, ADMIN, BESLUITENLIJST, FIELDS, PDF, READER, SENDER, Office, Person, problem

DRAFT = {"dossiertype": BESLUITENLIJST, "velden": FIELDS}


def read(person: Person, stream: str) -> int:
    return person.get(f"/{stream}").status_code


def timeline(person: Person, stream: str) -> int:
    return person.get(f"/{stream}/tijdlijn").status_code


def proof(person: Person, stream: str) -> int:
    return person.get(f"/bewijs/{stream}").status_code


def download(person: Person, stream: str) -> int:
    digest = hashlib.sha256(PDF).hexdigest()
    return person.get(f"/{stream}/bestanden/{digest}").status_code


def edit(person: Person, stream: str) -> int:
    return person.ask(stream, "velden-wijzigen", {"velden": {}}).status_code


def edit_at_version(person: Person, stream: str) -> int:
    body: dict[str, object] = {"velden": {}}
    return person.ask(stream, "velden-wijzigen", body, If_Match='"99"').status_code


def send(person: Person, stream: str) -> int:
    return person.ask(stream, "besluit-verzenden").status_code


def open_it(person: Person, stream: str) -> int:
    return person.ask(stream, "besluit-openen").status_code


def reopen(person: Person, stream: str) -> int:
    return person.ask(stream, "besluit-heropenen", {"reden": "Fout"}).status_code


def create(person: Person, stream: str) -> int:
    return person.ask(stream, "besluit-opstellen", DRAFT).status_code


PEOPLE: dict[str, tuple[str, tuple[str, ...]]] = {
    "clerk of the sender": ("Gemeente Aalst", (SENDER,)),
    "colleague without the role": ("Gemeente Aalst", ("LoketLB-bbcdrGebruiker",)),
    "clerk of another gemeente": ("Gemeente Gent", (SENDER,)),
    "clerk of the same city's OCMW": ("OCMW Aalst", (SENDER,)),
    "supervisor": (ABB, (READER,)),
    "administrator of ABB": (ABB, (ADMIN,)),
    "employee of ABB without a role": (ABB, ()),
    "supervisor's role at another bestuur": ("Gemeente Gent", (READER,)),
}
NOBODY = dict.fromkeys(PEOPLE, 404) | {
    "colleague without the role": 403,
    "employee of ABB without a role": 403,
}
"""What those answer who are nobody to this dossier."""
SENDERS_ONLY = {name: 403 for name, (_, roles) in PEOPLE.items() if SENDER not in roles} | {
    name: 404 for name, (_, roles) in PEOPLE.items() if SENDER in roles
}
READERS_ONLY = {
    name: 404 if {READER, SENDER} & set(roles) else 403 for name, (_, roles) in PEOPLE.items()
} | {"clerk of the sender": 403}
"""A recipient of its own kind opens with the role by which it sends; nobody opens its own."""
ADMINS_ONLY = {name: 404 if ADMIN in roles else 403 for name, (_, roles) in PEOPLE.items()}
OWNER, ABB_READER, ABB_ADMIN = "clerk of the sender", "supervisor", "administrator of ABB"

Step = Callable[[Person, str], int]
BEFORE: list[tuple[Step, dict[str, int]]] = [
    (read, NOBODY | {OWNER: 200}),
    (timeline, NOBODY | {OWNER: 200}),
    (proof, NOBODY | {OWNER: 200}),
    (download, NOBODY | {OWNER: 200}),
    (edit, SENDERS_ONLY | {OWNER: 200}),
    (edit_at_version, SENDERS_ONLY | {OWNER: 412}),
    (create, SENDERS_ONLY | {OWNER: 409}),
    (open_it, READERS_ONLY),
    (reopen, ADMINS_ONLY),
    (send, SENDERS_ONLY | {OWNER: 201}),
]
"""At a draft, for everyone; the owner comes last, because sending changes the answers."""
SENT: list[tuple[Step, dict[str, int]]] = [
    (read, NOBODY | {OWNER: 200, ABB_READER: 200, ABB_ADMIN: 200}),
    (timeline, NOBODY | {OWNER: 200, ABB_READER: 200, ABB_ADMIN: 200}),
    (proof, NOBODY | {OWNER: 200, ABB_READER: 409, ABB_ADMIN: 409}),
    (download, NOBODY | {OWNER: 200, ABB_READER: 409, ABB_ADMIN: 409}),
    (edit, SENDERS_ONLY | {OWNER: 409}),
    (edit_at_version, SENDERS_ONLY | {OWNER: 412}),
    (create, SENDERS_ONLY | {OWNER: 409}),
    (open_it, READERS_ONLY | {ABB_READER: 201}),
    (proof, NOBODY | {OWNER: 200, ABB_READER: 200, ABB_ADMIN: 200}),
    (download, NOBODY | {OWNER: 200, ABB_READER: 200, ABB_ADMIN: 200}),
    (reopen, ADMINS_ONLY | {ABB_ADMIN: 201}),
]


def answers(office: Office, stream: str, step: Step) -> dict[str, int]:
    order = sorted(PEOPLE, key=lambda name: name in (OWNER, ABB_ADMIN, ABB_READER))
    people = {name: office.person(PEOPLE[name][0], *PEOPLE[name][1]) for name in order}
    return {name: step(person, stream) for name, person in people.items()}


def test_everyone_gets_what_the_matrix_says_of_a_draft(office: Office) -> None:
    stream = office.draft()
    for step, expected in BEFORE:
        office.project()
        assert answers(office, stream, step) == expected, step.__name__


def test_everyone_gets_what_the_matrix_says_of_what_was_sent(office: Office) -> None:
    stream = office.sent()
    for step, expected in SENT:
        office.project()
        assert answers(office, stream, step) == expected, step.__name__


def test_a_stream_out_of_sight_answers_as_one_that_is_not_there(office: Office) -> None:
    hidden, absent = office.draft(), f"toezicht/{uuid4()}"
    for step in ("velden-wijzigen", "besluit-verzenden"):
        body: dict[str, object] = {"velden": {}} if step == "velden-wijzigen" else {}
        for headers in ({}, {"If_Match": '"7"'}):
            seen, unseen = (
                office.gent.ask(stream, step, body, **headers) for stream in (hidden, absent)
            )
            assert (seen.status_code, seen.json()) == (unseen.status_code, unseen.json())
    for path in ("/{}", "/{}/tijdlijn", "/bewijs/{}"):
        seen, unseen = (office.gent.get(path.format(stream)) for stream in (hidden, absent))
        assert (seen.status_code, seen.json()) == (unseen.status_code, unseen.json())


def test_lists_and_counts_hold_only_what_one_may_see(fresh: Office) -> None:
    draft, sent = fresh.draft(), fresh.sent()
    fresh.project()

    def listed(person: Person) -> tuple[set[str], int]:
        found = person.get("/toezicht?page[total]=true").json()
        total = found["meta"]["page"]["total"]
        return {f"toezicht/{row['id']}" for row in found["data"]}, total

    assert listed(fresh.aalst) == ({draft, sent}, 2)
    assert listed(fresh.abb) == ({sent}, 1)
    assert listed(fresh.gent) == (set(), 0)
    answer = fresh.person("Gemeente Aalst", "LoketLB-bbcdrGebruiker").get("/toezicht")
    problem(answer, 403, "loket/geen-recht")


class Filled(dict[str, str]):
    """Parts of a path; those that are not said are ids of nothing."""

    def __missing__(self, name: str) -> str:
        return str(uuid4())


def protected(office: Office) -> list[tuple[str, str]]:
    """Every operation that the OpenAPI document says is for people with a token."""
    paths = office.http.get("/openapi.json").json()["paths"]
    return [
        (
            method,
            path.format_map(Filled(module="toezicht", sha256="0" * 64)),
        )
        for path, operations in paths.items()
        for method, operation in operations.items()
        if operation.get("security")
    ]


def encoded(content: dict[str, Any] | bytes) -> str:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def forged(office: Office, kind: str) -> str:
    """A token that must not be believed."""
    good = office.token("Gemeente Aalst", [SENDER])
    header, body, signature = good.split(".")
    claims = jwt.decode(good, options={"verify_signature": False})
    kid, key = office.issuer.kid, office.issuer._key
    now = int(time.time())

    def sign(**changed: Any) -> str:
        return jwt.encode(claims | changed, key, algorithm="EdDSA", headers={"kid": kid})

    def by_another() -> str:
        other = Ed25519PrivateKey.generate()
        return jwt.encode(claims, other, algorithm="EdDSA", headers={"kid": kid})

    def with_public_key_as_secret() -> str:
        text = f"{encoded({'alg': 'HS256', 'kid': kid})}.{body}"
        public = key.public_key().public_bytes_raw()
        return f"{text}.{encoded(hmac.digest(public, text.encode(), 'sha256'))}"

    forgeries: dict[str, Callable[[], str]] = {
        "expired": lambda: sign(exp=now - 3600),
        "not yet valid": lambda: sign(nbf=now + 3600),
        "another audience": lambda: sign(aud="anders"),
        "another issuer": lambda: sign(iss="https://anders.example"),
        "no expiry": lambda: sign(exp=None),
        "another key": by_another,
        "algorithm none": lambda: f"{encoded({'alg': 'none', 'kid': kid})}.{body}.",
        "public key as secret": with_public_key_as_secret,
        "changed content": lambda: (
            f"{header}.{encoded(claims | {'vo_orgcode': 'OVO001835'})}.{signature}"
        ),
    }
    return forgeries.get(kind, lambda: kind)()


@pytest.mark.parametrize(
    "kind",
    [
        "expired", "not yet valid", "another audience", "another issuer", "another key",
        "algorithm none", "public key as secret", "changed content", "no expiry",
        "geen.jwt.token", "x",
    ],
)  # fmt: skip
def test_a_token_that_is_not_ours_opens_no_door(office: Office, kind: str) -> None:
    token = forged(office, kind)
    for method, path in protected(office):
        answer = office.http.request(method, path, headers={"Authorization": f"Bearer {token}"})
        name = "token-verlopen" if kind == "expired" else "token-ongeldig"
        problem(answer, 401, f"loket/{name}")
        assert answer.headers["www-authenticate"] == 'Bearer realm="loket", error="invalid_token"'


def test_without_a_token_no_door_opens(office: Office) -> None:
    doors = protected(office)
    assert len(doors) > 20
    for method, path in doors:
        answer = office.http.request(method, path)
        problem(answer, 401, "loket/geen-token")
        assert answer.headers["www-authenticate"] == 'Bearer realm="loket"'


def test_an_organisation_that_is_no_bestuur_is_refused(office: Office) -> None:
    stranger = office.person("Gemeente Aalst", SENDER, vo_orgcode="OVO999999", bestuur="")
    problem(stranger.get("/toezicht"), 403, "loket/organisatie-onbekend")


def test_nobody_can_act_as_the_machine(office: Office) -> None:
    impostor = office.person(ABB, "systeem", READER)
    problem(impostor.get(f"/{office.draft()}"), 404, "loket/niet-gevonden")
    answer = impostor.ask(f"besturen/{uuid4()}", "bestuur-wijzigen", {"naam": "X", "klasse": "Y"})
    problem(answer, 403, "loket/geen-recht")
