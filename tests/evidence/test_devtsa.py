# SPDX-License-Identifier: EUPL-1.2
"""The development TSA: good tokens by anybody's reading, and no claim that they count."""

import asyncio
import hashlib
import os
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from loket.evidence import devtsa, tsp
from loket.evidence.devtsa import DevTsa
from loket.evidence.token import Code, Stamp, TokenRefused, build_query, check

NOW = datetime(2026, 11, 23, 12, 0, 0, 987_654, tzinfo=UTC)
DATA = b"loket.example/log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
NONCE = 0xC0FFEE5EED5EED01
QUERY = build_query(DATA, NONCE)
TEN_YEARS = timedelta(days=3650)


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> DevTsa:
    return DevTsa.create(tmp_path_factory.mktemp("tsa"), NOW)


def stamped(tsa: DevTsa, query: bytes = QUERY, at: datetime = NOW) -> Stamp:
    return check(tsa.respond(query, at, 7), query, DATA, [tsa.root], {devtsa.POLICY})


def openssl(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["openssl", *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


def test_its_token_verifies(tsa: DevTsa) -> None:
    stamp = stamped(tsa)

    assert stamp.gen_time == NOW.replace(microsecond=0)
    assert stamp.accuracy == timedelta(seconds=1)
    assert (stamp.serial, stamp.policy) == (7, devtsa.POLICY)
    assert stamp.tsu_certificate == tsa.certificate


def test_it_says_everywhere_that_it_is_not_qualified(tsa: DevTsa) -> None:
    stamp = stamped(tsa)

    assert not stamp.qualified
    for certificate in (tsa.root, tsa.certificate):
        for attribute in certificate.subject.rdns[1:]:
            assert "NIET-GEKWALIFICEERD" in attribute.rfc4514_string()
    assert "NIET-GEKWALIFICEERD" in stamp.tsa


def test_its_token_has_the_shape_of_en_319_422(tsa: DevTsa) -> None:
    response = asn1.decode_der(tsp.Response, tsa.respond(QUERY, NOW, 7))
    assert response.token is not None
    signed = response.token.signed_data
    info = asn1.decode_der(tsp.TstInfo, signed.encapsulated.content)

    assert signed.certificates is not None
    assert signed.certificates.as_list() == [tsa.certificate]
    assert (info.ordering, info.extensions, info.nonce) == (False, None, NONCE)
    purpose = tsa.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert purpose.critical
    assert list(purpose.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("nonce", [1, NONCE, 2**127 + 1])
def test_openssl_says_ok(tsa: DevTsa, tmp_path: Path, nonce: int) -> None:
    query = build_query(DATA, nonce)
    response = tsa.respond(query, NOW, x509.random_serial_number())
    stamp = check(response, query, DATA, [tsa.root], None)
    (tmp_path / "q.tsq").write_bytes(query)
    (tmp_path / "r.tsr").write_bytes(response)
    (tmp_path / "r.tst").write_bytes(stamp.token)
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "root.pem").write_bytes(tsa.root.public_bytes(Encoding.PEM))
    trust = ("-CAfile", "root.pem", "-attime", str(int(stamp.gen_time.timestamp())))

    for what in (
        ("-in", "r.tsr", "-queryfile", "q.tsq"),
        ("-in", "r.tsr", "-data", "data"),
        ("-token_in", "-in", "r.tst", "-data", "data"),
    ):
        done = openssl(tmp_path, "ts", "-verify", *what, *trust)
        assert (done.returncode, done.stdout) == (0, "Verification: OK\n"), done.stderr


CONFIG = """
[req]
distinguished_name = dn
[dn]
[v3_ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
[v3_tsa]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = tsu
[tsu]
signer_cert = tsu.pem
signer_key = tsu.key
serial = serial
signer_digest = sha256
digests = sha256
accuracy = secs:1,millisecs:500
clock_precision_digits = 3
tsa_name = yes
ess_cert_id_alg = sha256
default_policy = 0.4.0.2023.1.1
"""


def openssl_tsa(directory: Path, algorithm: Sequence[str]) -> x509.Certificate:
    """A CA and a TSU made by openssl; the CA's certificate."""
    (directory / "c").write_text(CONFIG)
    (directory / "serial").write_text("01")
    new = ("req", "-new", "-sha256", "-nodes", "-config", "c", *algorithm)
    sign = ("x509", "-req", "-sha256", "-in", "tsu.csr", "-days", "9", "-extfile", "c")
    for arguments in (
        (*new, "-x509", "-extensions", "v3_ca", "-subj", "/CN=CA", "-keyout", "k", "-out", "ca"),
        (*new, "-subj", "/CN=TSU", "-keyout", "tsu.key", "-out", "tsu.csr"),
        (*sign, "-extensions", "v3_tsa", "-CA", "ca", "-CAkey", "k", "-out", "tsu.pem"),
    ):
        done = openssl(directory, *arguments)
        assert done.returncode == 0, done.stderr
    return x509.load_pem_x509_certificate((directory / "ca").read_bytes())


@pytest.mark.needs("openssl")
@pytest.mark.parametrize(
    "algorithm",
    [("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"), ("-newkey", "rsa:3072")],
    ids=["P-256", "RSA-3072"],
)
def test_a_token_made_by_openssl_verifies_with_us(tmp_path: Path, algorithm: list[str]) -> None:
    root = openssl_tsa(tmp_path, algorithm)
    (tmp_path / "q.tsq").write_bytes(QUERY)
    done = openssl(tmp_path, "ts", "-reply", "-config", "c", "-queryfile", "q.tsq", "-out", "r.tsr")
    assert done.returncode == 0, done.stderr

    response = (tmp_path / "r.tsr").read_bytes()
    stamp = check(response, QUERY, DATA, [root], {"0.4.0.2023.1.1"})

    assert abs(stamp.gen_time - datetime.now(UTC)) < timedelta(minutes=1)
    assert stamp.accuracy == timedelta(seconds=1.5)
    assert stamp.tsa == "CN=TSU"


def test_it_is_made_once(tmp_path: Path) -> None:
    first = DevTsa.open(tmp_path / "new", NOW)
    second = DevTsa.open(tmp_path / "new", NOW + TEN_YEARS)

    assert (second.root, second.certificate) == (first.root, first.certificate)
    assert check(second.respond(QUERY, NOW, 1), QUERY, DATA, [first.root], None)
    with pytest.raises(FileExistsError):
        DevTsa.create(tmp_path / "new", NOW)


def test_all_who_start_at_once_share_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: DevTsa.open(tmp_path / "new", NOW), range(8)))

    assert {tsa.root for tsa in opened} == {opened[0].root}
    assert {tsa.certificate for tsa in opened} == {opened[0].certificate}


def test_its_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    DevTsa.create(tmp_path, NOW)

    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    readable = 0o644 & ~current_umask()
    assert modes == {"tsu.key": 0o600, "tsu.pem": readable, "tsa-root.pem": readable}


def current_umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def test_a_creation_cut_short_is_done_again(tmp_path: Path) -> None:
    (tmp_path / "tsu.key").write_bytes(b"half a k")
    (tmp_path / "tsu.pem.partial").write_bytes(b"half")

    assert stamped(DevTsa.open(tmp_path, NOW))


def test_a_key_of_another_certificate_is_noticed(tmp_path: Path) -> None:
    DevTsa.create(tmp_path / "a", NOW)
    DevTsa.create(tmp_path / "b", NOW)
    (tmp_path / "b" / "tsu.key").replace(tmp_path / "a" / "tsu.key")

    with pytest.raises(ValueError, match="does not belong"):
        DevTsa.load(tmp_path / "a")


def query(**changes: object) -> bytes:
    made = asn1.decode_der(tsp.Request, QUERY)
    for field, value in changes.items():
        setattr(made, field, value)
    return asn1.encode_der(made)


def imprint(oid: str, digest: bytes) -> tsp.MessageImprint:
    algorithm = tsp.Algorithm(oid=tsp.Oid(oid), parameters=None)
    return tsp.MessageImprint(algorithm=algorithm, digest=digest)


SHA256, SHA512, MD5 = "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3", "1.2.840.113549.2.5"

BAD_QUERIES = {
    "garbage": (b"geen vraag", 5),
    "trailing byte": (QUERY + b"\0", 5),
    "version 2": (query(version=2), 2),
    "MD5": (query(imprint=imprint(MD5, bytes(16))), 0),
    "short hash": (query(imprint=imprint(SHA256, bytes(31))), 5),
    "policy of another": (query(policy=tsp.Oid("0.4.0.2023.1.1")), 15),
    "extension": (
        query(extensions=[tsp.Extension(oid=tsp.QC_STATEMENTS, critical=False, value=b"\x05\x00")]),
        16,
    ),
}


@pytest.mark.parametrize("name", BAD_QUERIES)
def test_a_bad_query_is_rejected_with_its_reason(tsa: DevTsa, name: str) -> None:
    bad, bit = BAD_QUERIES[name]

    answer = asn1.decode_der(tsp.Response, tsa.respond(bad, NOW, 1))

    assert (answer.status.status, answer.token) == (2, None)
    assert answer.status.failure is not None
    bits = answer.status.failure
    length = len(bits.as_bytes()) * 8 - bits.padding_bits()
    assert int.from_bytes(bits.as_bytes(), "big") >> bits.padding_bits() == 1
    assert length == bit + 1


def test_a_rejection_is_read_as_one(tsa: DevTsa) -> None:
    with pytest.raises(TokenRefused, match="status 2; alleen beleid") as refused:
        check(tsa.respond(query(policy=tsp.Oid("1.2.3")), NOW, 1), QUERY, DATA, [tsa.root], None)
    assert refused.value.code == Code.TSA_WEIGERT


@pytest.mark.parametrize("days", [-2, 3651])
def test_it_is_silent_outside_its_validity(tsa: DevTsa, days: int) -> None:
    with pytest.raises(TokenRefused, match="geldigheid"):
        stamped(tsa, at=NOW + timedelta(days=days))


def test_a_certificate_not_asked_for_is_left_out(tsa: DevTsa) -> None:
    answer = asn1.decode_der(tsp.Response, tsa.respond(query(cert_req=False), NOW, 1))

    assert answer.token is not None
    assert answer.token.signed_data.certificates is None


def test_sha_512_is_stamped_too(tsa: DevTsa) -> None:
    asked = query(imprint=imprint(SHA512, hashlib.sha512(DATA).digest()))

    answer = asn1.decode_der(tsp.Response, tsa.respond(asked, NOW, 1))

    assert answer.status.status == 0


def test_local_time_is_written_as_utc(tsa: DevTsa) -> None:
    brussels = NOW.astimezone(timezone(timedelta(hours=1)))

    assert stamped(tsa, at=brussels).gen_time == NOW.replace(microsecond=0)


def test_it_makes_a_thousand_tokens_a_second(tsa: DevTsa) -> None:
    def seconds(times: int) -> float:
        start = time.process_time()
        for serial in range(times):
            tsa.respond(QUERY, NOW, serial)
        return time.process_time() - start

    assert min(seconds(100) for _ in range(5)) < 0.1


async def over_http(tsa: DevTsa, method: str, path: str, **request: object) -> httpx2.Response:
    app = devtsa.asgi_app(tsa, lambda: NOW)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as client:
        return await client.request(method, f"http://127.0.0.1{path}", **request)  # type: ignore[arg-type]


QUERY_TYPE = {"Content-Type": "application/timestamp-query"}


def test_it_answers_over_http(tsa: DevTsa) -> None:
    answer = asyncio.run(over_http(tsa, "POST", "/", content=QUERY, headers=QUERY_TYPE))

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/timestamp-reply"
    assert check(answer.content, QUERY, DATA, [tsa.root], None).gen_time.second == NOW.second


@pytest.mark.parametrize(
    ("method", "path", "content", "content_type", "status"),
    [
        ("GET", "/", b"", "application/timestamp-query", 405),
        ("POST", "/tsa", QUERY, "application/timestamp-query", 404),
        ("POST", "/", QUERY, "application/octet-stream", 415),
        ("POST", "/", bytes(5000), "application/timestamp-query", 413),
        ("POST", "/", QUERY, "Application/Timestamp-Query; x=y", 200),
    ],
)
def test_anything_else_over_http_is_turned_away(
    tsa: DevTsa, method: str, path: str, content: bytes, content_type: str, status: int
) -> None:
    headers = {"Content-Type": content_type}
    answer = asyncio.run(over_http(tsa, method, path, content=content, headers=headers))

    assert answer.status_code == status
