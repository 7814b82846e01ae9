# SPDX-License-Identifier: EUPL-1.2
"""Honest tokens in all their variety are accepted, and say what they prove."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.serialization import Encoding
from tsa_lab import (
    DATA,
    FINGERPRINT,
    NOW,
    POLICY,
    QUERY,
    ROOT,
    SERIAL,
    TIME,
    TSU,
    YEAR,
    Make,
    by_tsu,
    certify,
    changed,
    directory_name,
    extension,
    issuer_serial,
    key_usage,
    name,
    named_as,
    naming,
    openssl_accepts,
    sign,
    statement,
    stating,
    under,
    verify,
)

from loket.evidence import tsp
from loket.evidence.token import TokenRefused, build_query, check, check_token

SHA384 = tsp.Oid("2.16.840.1.101.3.4.2.2")

HONEST: dict[str, Make] = {
    "plain": lambda: sign(TSU),
    "key usage stated": by_tsu(extensions=[key_usage()]),
    "intermediate inside": lambda: under(certify("Tussen", ROOT, ca=True)),
    "issuer and serial named": naming(
        named_as(None, FINGERPRINT, issuer_serial("Testwortel", SERIAL))
    ),
    "SHA-256 named": naming(named_as(tsp.SHA256, FINGERPRINT)),
    "SHA-384 fingerprint": naming(
        named_as(SHA384, hashlib.sha384(TSU.certificate.public_bytes(Encoding.DER)).digest())
    ),
    "names itself": stating(tsa=directory_name("Test-TSU")),
    "names itself by an alternative name": lambda: sign(
        certify(
            "Test-TSU",
            ROOT,
            purposes=TIME,
            extensions=[x509.SubjectAlternativeName([x509.DirectoryName(name("Alias"))])],
        ),
        changed(tsa=directory_name("Alias")),
    ),
    "no accuracy": stating(accuracy=None),
    "extension": stating(extensions=extension(b"\x05\x00")),
}


@pytest.mark.parametrize("name_", HONEST)
def test_an_honest_token_is_accepted(name_: str) -> None:
    stamp = verify(HONEST[name_]())

    assert (stamp.gen_time, stamp.serial, stamp.policy) == (NOW, 42, POLICY)
    assert stamp.tsa == "CN=Test-TSU"
    assert stamp.accuracy == timedelta(seconds=1)
    assert not stamp.qualified


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("name_", HONEST)
def test_openssl_accepts_what_we_accept(name_: str, tmp_path: Path) -> None:
    assert openssl_accepts(HONEST[name_](), tmp_path)


def test_a_token_of_a_certificate_expired_since_still_stands() -> None:
    then = NOW - 9 * YEAR
    tsu = certify("Oude TSU", ROOT, purposes=TIME, start=then - YEAR, end=then + YEAR)

    assert verify(sign(tsu, statement(at=then))).gen_time == then


def test_any_policy_will_do_when_none_is_pinned() -> None:
    response = stating(policy=tsp.Oid("1.2.3.4"))()

    assert check(response, QUERY, DATA, [ROOT.certificate], None).policy == "1.2.3.4"


def test_a_claim_to_be_qualified_is_reported() -> None:
    claim = bytes.fromhex("300b30090607040081975e0101")
    assert asn1.encode_der(tsp.QTST_STATEMENT) in claim

    assert verify(stating(extensions=extension(claim))()).qualified


def test_fractions_of_a_second_are_kept() -> None:
    at = NOW.replace(microsecond=177_000)
    info = statement(at=at)
    info.accuracy = tsp.Accuracy(seconds=None, millis=500, micros=300)

    stamp = verify(sign(TSU, info))

    assert stamp.gen_time == at
    assert stamp.accuracy == timedelta(microseconds=500_300)


def test_a_bare_token_is_checked_without_its_query() -> None:
    stamp = verify(sign(TSU))

    assert check_token(stamp.token, DATA, [ROOT.certificate], {POLICY}) == stamp
    for data, token in [(b"ander", stamp.token), (DATA, stamp.token[:-1]), (DATA, b"")]:
        with pytest.raises(TokenRefused):
            check_token(token, data, [ROOT.certificate], {POLICY})


def test_a_nonce_is_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        build_query(DATA, 0)
