# SPDX-License-Identifier: EUPL-1.2
"""Every way a token can lie, with the code it is refused with."""

import dataclasses
import random
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from tsa_lab import (
    DATA,
    FINGERPRINT,
    NONCE,
    NOW,
    QUERY,
    ROOT,
    SERIAL,
    TIME,
    TSU,
    YEAR,
    Change,
    Holder,
    Make,
    accuracy,
    authority,
    by_tsu,
    certify,
    directory_name,
    ess,
    extension,
    issuer_serial,
    key_usage,
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
from loket.evidence.token import Code, TokenRefused, build_query, check

OTHER_TSU = certify("Test-TSU 2", ROOT, purposes=TIME)


SHA1 = tsp.Oid("1.3.14.3.2.26")


PKCS7_DATA = tsp.Oid("1.2.840.113549.1.7.1")


def refusal(response: bytes) -> Code:
    with pytest.raises(TokenRefused) as refused:
        verify(response)
    return refused.value.code


def edited(change: Change) -> Make:
    """A good token, changed after it was signed."""
    return lambda: sign(TSU, change=change)


def forged_tsa(root_name: str) -> Make:
    """The attacker's own root, TSU and token. The root travels inside: rfc3161-client 1.0.8 and
    older would trust it."""

    def make() -> bytes:
        root = authority(root_name)
        tsu = certify("Test-TSU", root, purposes=TIME)
        return sign(tsu, certificates=[tsu.certificate, root.certificate])

    return make


def genuine_certificate_beside_a_forged_one() -> bytes:
    serial = TSU.certificate.serial_number
    tsu = certify("Test-TSU", authority("Testwortel"), purposes=TIME, serial=serial)
    return sign(tsu, certificates=[tsu.certificate, TSU.certificate])


def forger_with_the_genuine_certificate() -> bytes:
    forger = certify("Test-TSU", None, purposes=TIME)
    return sign(Holder(TSU.certificate, forger.key))


def under_an_expired_intermediate() -> bytes:
    ended = NOW - timedelta(days=1)
    return under(certify("Tussen", ROOT, ca=True, start=NOW - YEAR, end=ended))


def certificates_in_a_crowd() -> bytes:
    crowd = [certify("Menigte", None, ca=True).certificate for _ in range(20)]
    return sign(TSU, certificates=[TSU.certificate, *crowd])


def two_signers(signed: tsp.SignedData) -> None:
    signed.signers = asn1.SetOf(signed.signers.as_list() * 2)


def backdated(signed: tsp.SignedData) -> None:
    signed.encapsulated.content = asn1.encode_der(statement(at=NOW - timedelta(days=1)))


def without_signed_attributes(signed: tsp.SignedData) -> None:
    (signer,) = signed.signers.as_list()
    signer.signed_attributes = None
    signed.signers = asn1.SetOf([signer])


def unsorted() -> bytes:
    """Certificates in the order the TSA has them, as `openssl ts -reply` with a chain does."""
    response = sign(TSU, certificates=[TSU.certificate, ROOT.certificate])
    ders = [holder.certificate.public_bytes(Encoding.DER) for holder in (TSU, ROOT)]
    first, second = sorted(ders)
    assert first + second in response
    return response.replace(first + second, second + first)


def granted_without_a_token() -> bytes:
    granted = tsp.Status(status=0, text=None, failure=None)
    return asn1.encode_der(tsp.Response(status=granted, token=None))


ATTACKS: dict[Code, dict[str, Make]] = {
    Code.TSA_VERVALST: {
        "wrong imprint": lambda: sign(TSU, statement(b"iets anders")),
        "wrong nonce": stating(nonce=NONCE + 1),
        "no nonce": stating(nonce=None),
        "statement changed after signing": edited(backdated),
        "signed by another key": forger_with_the_genuine_certificate,
        "forged certificate beside the genuine": genuine_certificate_beside_a_forged_one,
        "two signers": edited(two_signers),
        "no signed attributes": edited(without_signed_attributes),
        "signed as other content": lambda: sign(TSU, content_type=PKCS7_DATA),
        "names another TSA": stating(tsa=directory_name("Andere TSA")),
        "no EKU": by_tsu(purposes=()),
        "EKU serverAuth": by_tsu(purposes=(ExtendedKeyUsageOID.SERVER_AUTH,)),
        "EKU not critical": by_tsu(critical=False),
        "two EKUs": by_tsu(purposes=(*TIME, ExtendedKeyUsageOID.SERVER_AUTH)),
        "key for encryption too": by_tsu(extensions=[key_usage(key_encipherment=True)]),
        "no signingCertificate": naming(),
        "two signingCertificates": naming(ess(TSU.certificate), named_as(None, FINGERPRINT)),
        "signingCertificate of another": naming(ess(OTHER_TSU.certificate)),
        "signingCertificate by SHA-1": naming(named_as(SHA1, FINGERPRINT)),
        "signingCertificate of another issuer": naming(
            named_as(None, FINGERPRINT, issuer_serial("Andere wortel", SERIAL))
        ),
        "signingCertificate of another serial": naming(
            named_as(None, FINGERPRINT, issuer_serial("Testwortel", SERIAL + 1))
        ),
        "issued by a leaf": lambda: under(certify("Gewoon", ROOT)),
    },
    Code.TSA_ONBEKEND: {
        "unknown authority": lambda: sign(certify("Test-TSU", authority("Ander"), purposes=TIME)),
        "forged root inside": forged_tsa("Aanvaller"),
        "forged root inside, under our root's name": forged_tsa("Testwortel"),
        "self-signed TSU": lambda: sign(certify("Test-TSU", None, purposes=TIME)),
        "no certificate": lambda: sign(TSU, certificates=[]),
        "only another certificate": lambda: sign(TSU, certificates=[OTHER_TSU.certificate]),
        "intermediate expired": under_an_expired_intermediate,
        "more certificates than a chain needs": certificates_in_a_crowd,
    },
    Code.TSA_NIET_GELDIG: {
        "before notBefore": lambda: sign(TSU, statement(at=NOW - YEAR - timedelta(seconds=1))),
        "after notAfter": lambda: sign(TSU, statement(at=NOW + YEAR + timedelta(seconds=1))),
    },
    Code.TSA_BELEID: {
        "wrong policy": stating(policy=tsp.Oid("1.2.3.4")),
        "critical extension": stating(extensions=extension(b"\x05\x00", critical=True)),
        "signed over SHA-1": lambda: sign(TSU, digest_algorithm=SHA1),
    },
    Code.TSA_WEIGERT: {
        "granted with modifications": lambda: sign(TSU, status=1),
        "rejected, with a token all the same": lambda: sign(TSU, status=2),
        "unknown status": lambda: sign(TSU, status=77),
    },
    Code.TOKEN_ONLEESBAAR: {
        "empty": lambda: b"",
        "garbage": lambda: b"<html>503 Service Unavailable</html>",
        "truncated": lambda: sign(TSU)[:-1],
        "trailing byte": lambda: sign(TSU) + b"\0",
        "huge": lambda: b"\x30\x84\x7f\xff\xff\xff" + bytes(10_000_000),
        "certificates not sorted": unsorted,
        "granted without a token": granted_without_a_token,
        "version 2": stating(version=2),
        "accuracy of ages": stating(accuracy=accuracy(10**30)),
        "negative accuracy": stating(accuracy=accuracy(-1)),
    },
}


@pytest.mark.parametrize(
    ("code", "attack"), [(code, attack) for code, attacks in ATTACKS.items() for attack in attacks]
)
def test_a_lie_is_refused_with_its_code(code: Code, attack: str) -> None:
    assert refusal(ATTACKS[code][attack]()) == code


def test_an_old_token_cannot_answer_a_new_query() -> None:
    old = sign(TSU)
    verify(old)

    with pytest.raises(TokenRefused) as refused:
        check(old, build_query(DATA, NONCE + 1), DATA, [ROOT.certificate], None)
    assert refused.value.code == Code.TSA_VERVALST


def test_a_query_over_other_data_is_refused() -> None:
    with pytest.raises(TokenRefused) as refused:
        check(sign(TSU), build_query(b"ander", NONCE), DATA, [ROOT.certificate], None)
    assert refused.value.code == Code.TSA_VERVALST


def test_a_query_must_have_a_nonce() -> None:
    query = asn1.decode_der(tsp.Request, QUERY)
    query.nonce = None

    with pytest.raises(TokenRefused) as refused:
        check(sign(TSU), asn1.encode_der(query), DATA, [ROOT.certificate], None)
    assert refused.value.code == Code.TOKEN_ONLEESBAAR


def test_the_policy_asked_for_must_be_the_policy_given() -> None:
    query = asn1.decode_der(tsp.Request, QUERY)
    query.policy = tsp.Oid("1.2.3.4")

    with pytest.raises(TokenRefused) as refused:
        check(sign(TSU), asn1.encode_der(query), DATA, [ROOT.certificate], None)
    assert refused.value.code == Code.TSA_BELEID


def test_without_roots_nobody_is_trusted() -> None:
    with pytest.raises(TokenRefused) as refused:
        check(sign(TSU), QUERY, DATA, [], None)
    assert refused.value.code == Code.TSA_ONBEKEND


def test_no_changed_byte_changes_what_a_token_proves() -> None:
    response = sign(TSU)
    proven = verify(response)
    chance = random.Random(20261123)
    for position in range(len(response)):
        altered = bytearray(response)
        altered[position] ^= chance.randint(1, 255)
        try:
            stamp = verify(bytes(altered))
        except TokenRefused:
            continue
        # Only what no signature covers (a version, the name of the algorithm) may differ.
        assert dataclasses.replace(stamp, token=proven.token) == proven


@pytest.mark.needs("openssl")
def test_openssl_refuses_the_forged_root_too(tmp_path: Path) -> None:
    assert not openssl_accepts(forged_tsa("Aanvaller")(), tmp_path)
