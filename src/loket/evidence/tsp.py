# SPDX-License-Identifier: EUPL-1.2
"""The ASN.1 of time stamps, once: what `token` reads is what `devtsa` writes.

RFC 3161 section 2.4 (request, response, TSTInfo), RFC 5652 section 5 (SignedData), RFC 5035
section 3 (SigningCertificateV2). Decoding is strict DER and raises ValueError for anything else,
an unsorted SET OF included.

`A | None` fields are OPTIONAL. An ANY that is optional is written as a SEQUENCE OF ANY, and an
explicit tag around a CHOICE as an implicitly tagged SEQUENCE of one: the bytes are the same.
"""

from typing import Annotated, Final

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.asn1 import Default, Explicit, Implicit, SetOf

Oid = x509.ObjectIdentifier

SHA256: Final = Oid("2.16.840.1.101.3.4.2.1")
HASHES: Final = {
    SHA256: "sha256",
    Oid("2.16.840.1.101.3.4.2.2"): "sha384",
    Oid("2.16.840.1.101.3.4.2.3"): "sha512",
}
"""The hash functions of ETSI TS 119 312 that occur in tokens, with their hashlib names."""

SIGNED_DATA: Final = Oid("1.2.840.113549.1.7.2")
TST_INFO: Final = Oid("1.2.840.113549.1.9.16.1.4")
CONTENT_TYPE: Final = Oid("1.2.840.113549.1.9.3")
MESSAGE_DIGEST: Final = Oid("1.2.840.113549.1.9.4")
SIGNING_CERTIFICATE_V2: Final = Oid("1.2.840.113549.1.9.16.2.47")
DIRECTORY_NAME: Final = b"\xa4"
"""The tag of the choice `directoryName` in a GeneralName."""
QC_STATEMENTS: Final = Oid("1.3.6.1.5.5.7.1.3")
QTST_STATEMENT: Final = Oid("0.4.0.19422.1.1")
"""esi4-qtstStatement-1 (EN 319 422 section 9.1): the TSA claims the token is qualified."""


@asn1.sequence
class Algorithm:
    """AlgorithmIdentifier of a hash function, whose parameters are NULL or absent."""

    oid: Oid
    parameters: asn1.Null | None


@asn1.sequence
class MessageImprint:
    """A hash and the function that made it."""

    algorithm: Algorithm
    digest: bytes


@asn1.sequence
class Extension:
    """An extension of a request or of TSTInfo; `value` is DER."""

    oid: Oid
    critical: Annotated[bool, Default(False)]
    value: bytes


@asn1.sequence
class Request:
    """TimeStampReq."""

    version: int
    imprint: MessageImprint
    policy: Oid | None
    nonce: int | None
    cert_req: Annotated[bool, Default(False)]
    extensions: Annotated[list[Extension] | None, Implicit(0)]


@asn1.sequence
class Accuracy:
    """The bound on the error of genTime: seconds, thousandths, millionths."""

    seconds: int | None
    millis: Annotated[int | None, Implicit(0)]
    micros: Annotated[int | None, Implicit(1)]


@asn1.sequence
class GeneralName:
    """`[n] EXPLICIT GeneralName`, with the choice left as it stands."""

    choice: asn1.TLV


@asn1.sequence
class TstInfo:
    """What the TSA states under its signature."""

    version: int
    policy: Oid
    imprint: MessageImprint
    serial: int
    gen_time: asn1.GeneralizedTime
    accuracy: Accuracy | None
    ordering: Annotated[bool, Default(False)]
    nonce: int | None
    tsa: Annotated[GeneralName | None, Implicit(0)]
    extensions: Annotated[list[Extension] | None, Implicit(1)]


@asn1.sequence
class Attribute:
    """A signed attribute."""

    oid: Oid
    values: SetOf[asn1.TLV]


@asn1.sequence
class IssuerAndSerial:
    """The signer, by its issuer's name and its own serial number."""

    issuer: x509.Name
    serial: int


@asn1.sequence
class SignerInfo:
    """One signature. `signature_algorithm` is [oid, parameters?]."""

    version: int
    sid: IssuerAndSerial
    digest_algorithm: Algorithm
    signed_attributes: Annotated[SetOf[Attribute] | None, Implicit(0)]
    signature_algorithm: list[asn1.TLV]
    signature: bytes
    unsigned_attributes: Annotated[SetOf[asn1.TLV] | None, Implicit(1)]


@asn1.sequence
class EncapsulatedContent:
    """The signed bytes (DER of `TstInfo`) and their type."""

    oid: Oid
    content: Annotated[bytes, Explicit(0)]


@asn1.sequence
class SignedData:
    """The body of a token."""

    version: int
    digest_algorithms: SetOf[Algorithm]
    encapsulated: EncapsulatedContent
    certificates: Annotated[SetOf[x509.Certificate] | None, Implicit(0)]
    crls: Annotated[SetOf[asn1.TLV] | None, Implicit(1)]
    signers: SetOf[SignerInfo]


@asn1.sequence
class Token:
    """TimeStampToken: a ContentInfo that holds SignedData."""

    oid: Oid
    signed_data: Annotated[SignedData, Explicit(0)]


@asn1.sequence
class Status:
    """PKIStatusInfo: 0 is granted."""

    status: int
    text: list[str] | None
    failure: asn1.BitString | None


@asn1.sequence
class Response:
    """TimeStampResp."""

    status: Status
    token: Token | None


@asn1.sequence
class IssuerSerial:
    """IssuerSerial of RFC 5035; `issuer` is GeneralNames."""

    issuer: list[asn1.TLV]
    serial: int


@asn1.sequence
class EssCertIdV2:
    """The hash of a certificate; no algorithm means SHA-256."""

    algorithm: Algorithm | None
    digest: bytes
    issuer_serial: IssuerSerial | None


@asn1.sequence
class SigningCertificateV2:
    """Which certificate signed: the first of `certificates`."""

    certificates: list[EssCertIdV2]
    policies: list[asn1.TLV] | None
