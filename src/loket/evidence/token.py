# SPDX-License-Identifier: EUPL-1.2
"""Is this time-stamp token what it says it is? Pure and offline, for client and verifier alike.

RFC 3161 sections 2.2 and 2.4, RFC 5816, ETSI EN 319 422. rfc3161-client verifies the signature
and the chain to our own roots at genTime; the checks it does not make are made here. Certificates
inside a token are hints, never anchors. Nothing here looks up revocation or a trusted list.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

import rfc3161_client
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat import asn1

from . import tsp, tsu

MAX_CERTIFICATES: Final = 16
"""In one token: a chain has two to four, and the search for a path must not be made to sweat."""

DEFAULT_ACCURACY: Final = timedelta(seconds=1)
"""What EN 319 421 asks of every TSA (TIS-7.7.2-03); taken when a token does not state it."""

_MALFORMED: Final = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
    Warning,
)
"""What cryptography raises over hostile DER, found by changing every bit of a good token. It
warns about a serial number that is not positive: an exception where warnings are errors."""

T = TypeVar("T")


class Code(StrEnum):
    """Why there is no usable time stamp."""

    TSA_ONBEREIKBAAR = "TSA_ONBEREIKBAAR"
    """No answer: refused, timed out, or an HTTP error. Says nothing about any token."""
    TOKEN_ONLEESBAAR = "TOKEN_ONLEESBAAR"  # noqa: S105 - a code, not a password
    """Not a strict DER response (or query). A careless TSA may do this: try the next one."""
    TSA_WEIGERT = "TSA_WEIGERT"
    """The TSA answered with a status other than granted (grantedWithMods included)."""
    TSA_BELEID = "TSA_BELEID"
    """A policy we do not allow, or a token outside the profile (weak hash, critical extension)."""
    TSA_ONBEKEND = "TSA_ONBEKEND"
    """The signer's certificate is absent or does not lead to one of our own roots."""
    TSA_NIET_GELDIG = "TSA_NIET_GELDIG"
    """The signer's certificate was not yet, or no longer, valid at genTime."""
    TSA_VERVALST = "TSA_VERVALST"
    """The token contradicts the data, the query, its signature or its signer's certificate."""
    TSA_INGETROKKEN = "TSA_INGETROKKEN"
    """For who holds a CRL or OCSP answer: the certificate was revoked at genTime."""
    TSA_NIET_GEKWALIFICEERD = "TSA_NIET_GEKWALIFICEERD"
    """For who holds a trusted list: no granted service of type TSA/QTST at genTime."""


class TokenRefused(Exception):
    """A token that proves nothing: `code` for machines, `reason` for people (in Dutch)."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a verified token proves: the data existed at `gen_time` (UTC), within `accuracy`.

    `policy` is a dotted OID, `tsa` the subject of the signing certificate (RFC 4514), `token` the
    DER of the TimeStampToken. `qualified` repeats the token's own claim (esi4-qtstStatement-1);
    whether the claim is true is a question for the trusted list.
    """

    gen_time: datetime
    accuracy: timedelta
    serial: int
    policy: str
    tsa: str
    token: bytes
    tsu_certificate: x509.Certificate
    qualified: bool


def build_query(data: bytes, nonce: int) -> bytes:
    """DER of a TimeStampReq for SHA-256 of `data` that asks for the signer's certificate.

    `nonce` is positive and should hold 64 random bits or more: it is what keeps an old answer
    from being replayed. Raises ValueError when it is not positive.
    """
    if nonce <= 0:
        raise ValueError("a nonce is positive")
    sha256 = tsp.Algorithm(oid=tsp.SHA256, parameters=asn1.Null())
    imprint = tsp.MessageImprint(algorithm=sha256, digest=hashlib.sha256(data).digest())
    return asn1.encode_der(
        tsp.Request(
            version=1, imprint=imprint, policy=None, nonce=nonce, cert_req=True, extensions=None
        )
    )


def check(
    response_der: bytes,
    query_der: bytes,
    data: bytes,
    roots: Sequence[x509.Certificate],
    policies: Collection[str] | None,
) -> Stamp:
    """The time stamp over `data` in `response_der`, the answer to `query_der`.

    `roots` are the only anchors; `policies` are the dotted OIDs we accept, None for any.
    Raises TokenRefused, and nothing else, whatever the bytes.
    """
    asked = _decode(tsp.Request, query_der, "de vraag")
    _require(_is_imprint_of(data, asked.imprint), Code.TSA_VERVALST, "vraag over andere gegevens")
    _require(asked.nonce is not None, Code.TOKEN_ONLEESBAAR, "de vraag heeft geen nonce")
    info, stamp = _checked(response_der, data, roots, policies)
    _require(info.nonce == asked.nonce, Code.TSA_VERVALST, "antwoord op een andere vraag (nonce)")
    as_asked = asked.policy in (None, info.policy)
    _require(as_asked, Code.TSA_BELEID, f"ander beleid dan gevraagd: {stamp.policy}")
    return stamp


def check_token(
    token_der: bytes,
    data: bytes,
    roots: Sequence[x509.Certificate],
    policies: Collection[str] | None,
) -> Stamp:
    """The same for a bare TimeStampToken, without the query it answered.

    It proves as much about `data`: only a client, who must not be served an old token, needs the
    nonce. Raises TokenRefused.
    """
    granted = tsp.Status(status=0, text=None, failure=None)
    token = _decode(tsp.Token, token_der, "het token")
    response = asn1.encode_der(tsp.Response(status=granted, token=token))
    _, stamp = _checked(response, data, roots, policies)
    _require(stamp.token == token_der, Code.TOKEN_ONLEESBAAR, "het token is geen strikte DER")
    return stamp


def _checked(
    der: bytes,
    data: bytes,
    roots: Sequence[x509.Certificate],
    policies: Collection[str] | None,
) -> tuple[tsp.TstInfo, Stamp]:
    answer = _decode(tsp.Response, der, "het antwoord")
    reason = "; ".join([f"status {answer.status.status}", *(answer.status.text or [])])
    _require(answer.status.status == 0, Code.TSA_WEIGERT, reason)
    if answer.token is None:
        raise TokenRefused(Code.TOKEN_ONLEESBAAR, "toegestaan, maar zonder token")
    signed = answer.token.signed_data
    info = _decode(tsp.TstInfo, signed.encapsulated.content, "de inhoud van het token")
    try:
        _check_statement(answer.token, info, data, policies)
        signer, certificate = _signer(signed)
        _check_signer(signer, certificate, info)
        token = _verify(der, data, roots, signed, certificate, _utc(info))
        return info, _stamp(info, token, certificate)
    except _MALFORMED as error:
        raise TokenRefused(Code.TOKEN_ONLEESBAAR, f"misvormd token: {error}") from error


def _check_statement(
    token: tsp.Token, info: tsp.TstInfo, data: bytes, policies: Collection[str] | None
) -> None:
    kind = (token.oid, token.signed_data.encapsulated.oid, info.version)
    right = kind == (tsp.SIGNED_DATA, tsp.TST_INFO, 1)
    _require(right, Code.TOKEN_ONLEESBAAR, "geen tijdstempeltoken van versie 1")
    _require(_is_imprint_of(data, info.imprint), Code.TSA_VERVALST, "stempelt andere gegevens")
    policy = info.policy.dotted_string
    allowed = policies is None or policy in policies
    _require(allowed, Code.TSA_BELEID, f"beleid {policy} is niet toegelaten")
    critical = any(extension.critical for extension in info.extensions or ())
    _require(not critical, Code.TSA_BELEID, "kritieke uitbreiding in het token")


def _signer(signed: tsp.SignedData) -> tuple[tsp.SignerInfo, x509.Certificate]:
    signers = signed.signers.as_list()
    _require(len(signers) == 1, Code.TSA_VERVALST, f"{len(signers)} ondertekenaars in plaats van 1")
    sid = (signers[0].sid.issuer, signers[0].sid.serial)
    found = [c for c in _certificates(signed) if (c.issuer, c.serial_number) == sid]
    _require(bool(found), Code.TSA_ONBEKEND, "het certificaat van de ondertekenaar ontbreekt")
    # Two certificates under one name would let us look at one and OpenSSL at the other.
    _require(len(found) == 1, Code.TSA_VERVALST, "twee certificaten voor één ondertekenaar")
    return signers[0], found[0]


def _check_signer(signer: tsp.SignerInfo, certificate: x509.Certificate, info: tsp.TstInfo) -> None:
    strong = signer.digest_algorithm.oid in tsp.HASHES
    _require(strong, Code.TSA_BELEID, "ondertekend met een zwakke of onbekende hashfunctie")
    right = _attribute(signer, tsp.CONTENT_TYPE).parse(tsp.Oid) == tsp.TST_INFO
    _require(right, Code.TSA_VERVALST, "ondertekend als een ander soort inhoud")
    named = _attribute(signer, tsp.SIGNING_CERTIFICATE_V2).parse(tsp.SigningCertificateV2)
    right = bool(named.certificates) and tsu.is_named_by(named.certificates[0], certificate)
    _require(right, Code.TSA_VERVALST, "ESSCertIDv2 noemt een ander certificaat")
    right = tsu.is_only_for_time_stamping(certificate)
    _require(right, Code.TSA_VERVALST, "het certificaat dient niet uitsluitend voor tijdstempels")
    valid = tsu.is_valid_at(certificate, _utc(info))
    _require(valid, Code.TSA_NIET_GELDIG, f"certificaat niet geldig op {_utc(info).isoformat()}")
    if info.tsa is not None and info.tsa.choice.tag_bytes == tsp.DIRECTORY_NAME:
        right = tsu.is_called(certificate, bytes(info.tsa.choice.data))
        _require(right, Code.TSA_VERVALST, "het token noemt een andere TSA")


def _verify(
    der: bytes,
    data: bytes,
    roots: Sequence[x509.Certificate],
    signed: tsp.SignedData,
    certificate: x509.Certificate,
    gen_time: datetime,
) -> bytes:
    """The token's own DER, once its chain (at genTime) and its signature are found good."""
    hints = _certificates(signed)
    known = len(hints) <= MAX_CERTIFICATES and tsu.leads_to(roots, certificate, hints, gen_time)
    _require(known, Code.TSA_ONBEKEND, "certificaat van een onbekende uitgever")
    answer = rfc3161_client.decode_timestamp_response(der)
    token = answer.time_stamp_token()
    # What is verified must be, byte for byte, what was read.
    _require(der.endswith(token), Code.TOKEN_ONLEESBAAR, "het antwoord is geen strikte DER")
    try:
        rfc3161_client.VerifierBuilder(roots=list(roots)).build().verify_message(answer, data)
    except rfc3161_client.VerificationError as error:
        raise TokenRefused(Code.TSA_VERVALST, f"handtekening of keten: {error}") from error
    return token


def _stamp(info: tsp.TstInfo, token: bytes, certificate: x509.Certificate) -> Stamp:
    claim = asn1.encode_der(tsp.QTST_STATEMENT)
    extensions = info.extensions or ()
    return Stamp(
        gen_time=_utc(info),
        accuracy=_accuracy(info.accuracy),
        serial=info.serial,
        policy=info.policy.dotted_string,
        tsa=certificate.subject.rfc4514_string(),
        token=token,
        tsu_certificate=certificate,
        qualified=any(e.oid == tsp.QC_STATEMENTS and claim in e.value for e in extensions),
    )


def _utc(info: tsp.TstInfo) -> datetime:
    return info.gen_time.as_datetime().astimezone(UTC)


def _accuracy(stated: tsp.Accuracy | None) -> timedelta:
    if stated is None:
        return DEFAULT_ACCURACY
    parts = (stated.seconds or 0, stated.millis or 0, stated.micros or 0)
    return timedelta(seconds=parts[0], milliseconds=parts[1], microseconds=parts[2])


def _is_imprint_of(data: bytes, imprint: tsp.MessageImprint) -> bool:
    ours = (tsp.SHA256, hashlib.sha256(data).digest())
    return (imprint.algorithm.oid, imprint.digest) == ours


def _certificates(signed: tsp.SignedData) -> list[x509.Certificate]:
    return signed.certificates.as_list() if signed.certificates else []


def _attribute(signer: tsp.SignerInfo, oid: tsp.Oid) -> asn1.TLV:
    attributes = signer.signed_attributes.as_list() if signer.signed_attributes else []
    values = [value for a in attributes if a.oid == oid for value in a.values.as_list()]
    right = len(values) == 1
    _require(
        right, Code.TSA_VERVALST, f"ondertekend attribuut {oid.dotted_string} is er niet één keer"
    )
    return values[0]


def _decode(shape: type[T], der: bytes, what: str) -> T:
    try:
        return asn1.decode_der(shape, der)
    except _MALFORMED as error:
        raise TokenRefused(Code.TOKEN_ONLEESBAAR, f"{what} is geen strikte DER: {error}") from error


def _require(holds: bool, code: Code, reason: str) -> None:
    if not holds:
        raise TokenRefused(code, reason)
