# SPDX-License-Identifier: EUPL-1.2
"""Tokens become actors; what is not a token of ours does not."""

import asyncio
import hmac
import json
import stat
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from loket import auth, jwks
from loket.auth import Authenticator
from loket.devissuer import (
    KEY_FILE,
    LOKET_CLAIM,
    TOEZICHT_CLAIM,
    BestuurNotFound,
    DevIssuer,
    KeyFileExposed,
    NotEmbedded,
    find_bestuur,
)
from loket.jwks import KeySet, KeysUnavailable, fixed, from_file, from_url, parse
from loket.kernel import Actor
from loket.reference import Reference, load

ISSUER, AUDIENCE = "https://issuer.example", "loket"
NOW = 4_000_000_000
AALST = find_bestuur(load(), "Gemeente Aalst")
SENDER, READER = "LoketLB-toezichtGebruiker", "ABBDatabankToezicht-DatabankToezichtLezer"

ED = ed25519.Ed25519PrivateKey.generate()
EC = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)


def jwk(key: Any, kid: str, **more: Any) -> dict[str, Any]:
    public = key.public_key()
    kinds: dict[type[Any], Any] = {
        ed25519.Ed25519PrivateKey: OKPAlgorithm,
        ec.EllipticCurvePrivateKey: ECAlgorithm,
        rsa.RSAPrivateKey: RSAAlgorithm,
    }
    algorithm = next(a for kind, a in kinds.items() if isinstance(key, kind))
    return {**json.loads(algorithm.to_jwk(public)), "kid": kid, **more}


KEYS = {"keys": [jwk(ED, "ed"), jwk(EC, "ec"), jwk(RSA, "rsa")]}


def claims(**changed: Any) -> dict[str, Any]:
    found = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "s", "vo_id": "p-1", "exp": NOW, "acr": "eid",
        "vo_orgcode": AALST.ovo, "vo_email": "jan@aalst.example",
        "abb_loketLB_rol_3d": [f"{SENDER}:{AALST.ovo}"],
    }  # fmt: skip
    return {k: v for k, v in {**found, **changed}.items() if v is not None}


def token(key: Any = ED, kid: str = "ed", algorithm: str = "EdDSA", **changed: Any) -> str:
    return jwt.encode(claims(**changed), key, algorithm=algorithm, headers={"kid": kid})


def authenticator(
    keys: dict[str, Any] | None = None,
    reference: Callable[[], Reference] = load,
    **more: Any,
) -> Authenticator:
    return Authenticator(KeySet(fixed(keys or KEYS)), ISSUER, AUDIENCE, reference, **more)


def actor_of(text: str, **more: Any) -> Actor:
    return asyncio.run(authenticator(**more)(f"Bearer {text}"))


def test_the_claims_of_acm_idm_become_an_actor() -> None:
    assert actor_of(token()) == Actor(
        persoon="p-1",
        bestuur=AALST.uri,
        klasse=AALST.klasse,
        rollen=frozenset({SENDER}),
        niveau="eid",
        email="jan@aalst.example",
    )


@pytest.mark.parametrize(
    ("key", "kid", "algorithm"),
    [(ED, "ed", "EdDSA"), (EC, "ec", "ES256"), (RSA, "rsa", "RS256")],
)
def test_each_kind_of_key_verifies(key: Any, kid: str, algorithm: str) -> None:
    assert actor_of(token(key, kid, algorithm)).persoon == "p-1"


@pytest.mark.parametrize("code", [AALST.ovo, AALST.kbo, "0207.437.468"])
def test_an_organisation_is_known_by_each_of_its_codes(code: str) -> None:
    assert actor_of(token(vo_orgcode=code)).bestuur == AALST.uri


@pytest.mark.parametrize(
    ("claim", "rollen"),
    [
        ([f"{SENDER}:{AALST.ovo}"], {SENDER}),
        ([f"{SENDER}:{AALST.kbo}"], {SENDER}),
        ([f"{SENDER}:OVO999999,{AALST.ovo}"], {SENDER}),
        ([f"{SENDER}:OVO999999"], set()),
        ([SENDER], set()),
        ([f"{SENDER}:"], set()),
        (f"{SENDER}:{AALST.ovo}", {SENDER}),
        ([f"systeem:{AALST.ovo}"], set()),
        ([f":{AALST.ovo}", 7, None], set()),
        ({"rol": SENDER}, set()),
        (None, set()),
    ],
)
def test_a_role_counts_only_for_an_organisation_it_names(claim: Any, rollen: set[str]) -> None:
    assert actor_of(token(abb_loketLB_rol_3d=claim)).rollen == rollen


def test_roles_of_both_claims_count() -> None:
    both = token(abb_databanktoezicht_rol_3d=[f"{READER}:{AALST.ovo}"])
    assert actor_of(both).rollen == {SENDER, READER}


def test_a_bestuur_named_by_uri_counts_for_development_only() -> None:
    named = token(vo_orgcode="", bestuur=AALST.uri)
    assert actor_of(named, by_uri=True).bestuur == AALST.uri
    with pytest.raises(auth.OrganisatieOnbekend):
        actor_of(named)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"exp": 1}, auth.TokenVerlopen),
        ({"exp": None}, auth.TokenOngeldig),
        ({"exp": "morgen"}, auth.TokenOngeldig),
        ({"nbf": NOW - 10}, auth.TokenOngeldig),
        ({"aud": "anders"}, auth.TokenOngeldig),
        ({"aud": None}, auth.TokenOngeldig),
        ({"iss": "https://anders.example"}, auth.TokenOngeldig),
        ({"vo_id": None, "sub": None}, auth.TokenOngeldig),
        ({"vo_orgcode": "OVO999999"}, auth.OrganisatieOnbekend),
        ({"vo_orgcode": None}, auth.OrganisatieOnbekend),
        ({"vo_orgcode": ["OVO001992"]}, auth.OrganisatieOnbekend),
    ],
)
def test_a_token_with_wrong_claims_is_refused(
    changed: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        actor_of(token(**changed))


def with_the_public_key_as_secret() -> str:
    """An HMAC of the public key, which everybody has, in place of a signature."""
    pem = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = encoded({"alg": "HS256", "kid": "rsa"})
    text = f"{head}.{encoded(claims())}"
    return f"{text}.{encoded(hmac.digest(pem, text.encode(), 'sha256'))}"


def encoded(content: dict[str, Any] | bytes) -> str:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


FORGERIES: dict[str, Callable[[], str]] = {
    "not signed": lambda: jwt.encode(claims(), "", algorithm="none", headers={"kid": "ed"}),
    "public key as secret": with_the_public_key_as_secret,
    "another key": lambda: token(ed25519.Ed25519PrivateKey.generate()),
    "unknown key id": lambda: token(ED, "onbekend"),
    "another algorithm": lambda: token(RSA, "rsa", "PS256"),
    "another kind of key": lambda: token(RSA, "ed", "RS256"),
    "another signature": lambda: token()[:-8] + "AAAAAAAA",
    "no JWT": lambda: "a.b.c",
    "not ASCII": lambda: "é.é.é",
    "too long": lambda: "x" * 20_000,
}


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forged_token_is_refused(kind: str) -> None:
    with pytest.raises(auth.TokenOngeldig):
        actor_of(FORGERIES[kind]())


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "a.b.c"])
def test_without_a_bearer_token_nobody_is_known(header: str | None) -> None:
    with pytest.raises(auth.GeenToken):
        asyncio.run(authenticator()(header))


def test_personal_claims_that_cannot_be_kept_are_left_out() -> None:
    assert actor_of(token(vo_email="a\0b@x")).email == ""
    assert actor_of(token(acr=["hoog"])).niveau == ""


def test_a_verified_token_is_remembered_but_never_past_its_end() -> None:
    now = [NOW - 100.0]
    reads = 0

    async def load_keys() -> bytes:
        nonlocal reads
        reads += 1
        return json.dumps(KEYS).encode()

    keys = KeySet(load_keys, clock=lambda: reads * 1e6)
    known = Authenticator(keys, ISSUER, AUDIENCE, load, clock=lambda: now[0])
    text = f"Bearer {token()}"

    async def ask() -> Actor:
        return await known(text)

    first = asyncio.run(ask())
    assert asyncio.run(ask()) is first
    now[0] = NOW - 50.0
    again = asyncio.run(ask())
    assert again is first
    now[0] = NOW + 0.5
    assert asyncio.run(ask()) is not first


def test_keys_that_verify_nothing_are_left_out() -> None:
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that is the point
    bad = [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "a"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "a", "alg": "HS256"},
        jwk(RSA, "b", alg="HS256"),
        jwk(RSA, "b", alg="none"),
        jwk(EC, "c", alg="RS256"),
        jwk(ED, "d", use="enc"),
        jwk(weak, "e"),
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        "geen sleutel",
    ]
    assert parse(json.dumps({"keys": bad}).encode()) == []


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"keys": {}}'])
def test_what_is_no_key_set_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own message
        parse(data)


class Server:
    """A server of keys that can change, fail and count."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = KEYS
        self.status = 200
        self.asked = 0
        self.now = 0.0
        transport = httpx2.MockTransport(self._answer)
        url = "https://issuer.example/jwks"
        self.set = KeySet(from_url(url, transport), clock=lambda: self.now)

    def _answer(self, _: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        return httpx2.Response(self.status, json=self.keys)

    def find(self, kid: str) -> bool:
        return asyncio.run(self.set.find(kid, "EdDSA")) is not None


def test_a_key_that_is_not_known_is_looked_for_but_not_too_often() -> None:
    server = Server()
    assert server.find("ed")
    server.keys = {"keys": [jwk(ED, "nieuw")]}
    assert not server.find("nieuw")
    assert server.asked == 1
    server.now = jwks.MIN_AGE
    assert server.find("nieuw")
    assert not server.find("onbekend")
    assert not server.find("onbekend")
    assert server.asked == 2


def test_a_withdrawn_key_falls_away() -> None:
    server = Server()
    assert server.find("ed")
    server.keys = {"keys": []}
    server.now = jwks.MAX_AGE - 1
    assert server.find("ed")
    server.now = jwks.MAX_AGE
    assert not server.find("ed")


def test_an_issuer_out_of_reach_is_tolerated_for_a_day() -> None:
    server = Server()
    assert server.find("ed")
    server.status = 500
    server.now = jwks.MAX_STALE - 1
    assert server.find("ed")
    server.now = jwks.MAX_STALE + jwks.MAX_AGE
    with pytest.raises(KeysUnavailable):
        server.find("ed")


def test_without_keys_nobody_is_let_in(tmp_path: Path) -> None:
    keys = KeySet(from_file(tmp_path / "weg.json"))
    known = Authenticator(keys, ISSUER, AUDIENCE, load)
    with pytest.raises(auth.AanmelddienstOnbereikbaar):
        asyncio.run(known(f"Bearer {token()}"))


def test_keys_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps(KEYS))
    known = Authenticator(KeySet(from_file(path)), ISSUER, AUDIENCE, load)
    assert asyncio.run(known(f"Bearer {token()}")).persoon == "p-1"


def test_a_key_set_over_a_megabyte_is_refused() -> None:
    server = Server()
    server.keys = {"keys": [], "vulling": "x" * jwks.MAX_BYTES}
    with pytest.raises(KeysUnavailable):
        server.find("ed")


def test_the_development_issuer_gives_tokens_that_count(tmp_path: Path) -> None:
    issuer = DevIssuer(tmp_path, AUDIENCE, embedded=True)
    known = Authenticator(KeySet(fixed(issuer.jwks())), issuer.issuer, AUDIENCE, load, by_uri=True)
    solva = next(b for b in load().besturen.values() if not (b.kbo or b.ovo))
    for bestuur in (AALST, solva):
        text = issuer.issue(
            bestuur, [SENDER, READER], now=int(time.time()), person="Jan Peeters", email="j@x"
        )
        actor = asyncio.run(known(f"Bearer {text}"))
        assert (actor.bestuur, set(actor.rollen)) == (bestuur.uri, {SENDER, READER})
        assert (actor.persoon, actor.email, actor.niveau) == ("Jan Peeters", "j@x", "ontwikkeling")


def test_the_development_issuer_fills_the_claims_that_are_read() -> None:
    assert {LOKET_CLAIM, TOEZICHT_CLAIM} == set(auth.ROLE_CLAIMS)


def test_the_development_key_is_private_and_stays_the_same(tmp_path: Path) -> None:
    first = DevIssuer(tmp_path / "keys", AUDIENCE, embedded=True)
    path = tmp_path / "keys" / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert DevIssuer(tmp_path / "keys", AUDIENCE, embedded=True).kid == first.kid
    assert [p.name for p in path.parent.iterdir()] == [KEY_FILE]
    path.chmod(0o644)
    with pytest.raises(KeyFileExposed):
        DevIssuer(tmp_path / "keys", AUDIENCE, embedded=True)


def test_outside_an_embedded_installation_there_is_no_development_issuer(tmp_path: Path) -> None:
    with pytest.raises(NotEmbedded):
        DevIssuer(tmp_path, AUDIENCE, embedded=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text", [AALST.uri, "Gemeente Aalst", "gemeente  AALST", AALST.ovo, AALST.kbo]
)
def test_a_bestuur_is_found_by_what_names_it(text: str) -> None:
    assert find_bestuur(load(), text) == AALST


def test_an_ambiguous_name_is_refused_with_the_candidates() -> None:
    with pytest.raises(BestuurNotFound) as caught:
        find_bestuur(load(), "Aalst")
    names = [name for name, _ in caught.value.candidates]
    assert names == ["Gemeente Aalst", "OCMW Aalst"]
    assert AALST.uri in str(caught.value)
    with pytest.raises(BestuurNotFound) as unknown:
        find_bestuur(load(), "Atlantis")
    assert unknown.value.candidates == []
