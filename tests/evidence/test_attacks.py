# SPDX-License-Identifier: EUPL-1.2
"""The attacks of the threat table (docs/reference/bewijs.md), each with the code it must meet.

The log is honest and real: recorder, sealer, development TSA and database. The attacker knows the
format, so SHA256SUMS always fits; only the keys are beyond reach.
"""

import base64
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import tsa_lab
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from honest_lab import Honest
from log_lab import ABB, Lab, StukAfgeleverd, StukGeopend, StukVerzonden, new_stream, utc_now
from zip_lab import Members, read_zip, write_zip

from loket.evidence.devtsa import DevTsa
from loket.evidence.note import Signer, TlogProof
from loket.evidence.token import build_query
from loket.evidence.verify import verify
from loket.evidence.verify_report import Code, Report, Verdict

Attack = Callable[[Members], Members]


def attacked(honest: Honest, directory: Path, members: Members) -> Report:
    return honest.lab.verify(write_zip(directory / "bewijs.zip", members))


def edit(name: str, old: str, new: str) -> Attack:
    """Replace what matches `old` in one member."""

    def attack(members: Members) -> Members:
        changed, count = re.subn(old.encode(), new.encode(), members[name], count=1)
        assert count, f"{old} is not in {name}"
        return members | {name: changed}

    return attack


def without(*patterns: str) -> Attack:
    """Remove every member that matches."""
    return lambda members: {
        name: data
        for name, data in members.items()
        if not any(re.fullmatch(pattern, name) for pattern in patterns)
    }


def both(*attacks: Attack) -> Attack:
    def attack(members: Members) -> Members:
        for each in attacks:
            members = each(members)
        return members

    return attack


def renumbered(old: int, new: int) -> Attack:
    """Put the files of one event in the place of another's."""

    def name_of(name: str) -> str:
        return re.sub(rf"^(gebeurtenissen|log)/{old}\.", rf"\1/{new}.", name)

    def attack(members: Members) -> Members:
        return {name_of(name): data for name, data in members.items()}

    return attack


def swapped(one: int, other: int) -> Attack:
    return both(renumbered(one, 99), renumbered(other, one), renumbered(99, other))


def forget(number: int) -> Attack:
    """Remove an event from bewijs.json and stroom.jsonl too."""

    def attack(members: Members) -> Members:
        index = json.loads(members["bewijs.json"])
        index["gebeurtenissen"] = [
            event for event in index["gebeurtenissen"] if event["volgnummer"] != number
        ]
        lines = members["stroom.jsonl"].splitlines(keepends=True)
        kept = [line for line in lines if json.loads(line)["volgnummer"] != number]
        return members | {
            "bewijs.json": json.dumps(index).encode(),
            "stroom.jsonl": b"".join(kept),
        }

    return attack


PDF_NAME = "bericht/documenten/01-Besluitenlijst-12-maart.pdf"
EVENT_1 = (r"(gebeurtenissen|log)/1\..*", r"etsi/1-.*")
ATTACKS = {
    "edit a payload": (
        edit("gebeurtenissen/0.inhoud.json", "12 maart", "13 maart"),
        {Code.INHOUD_GEWIJZIGD},
    ),
    "edit who acted": (
        edit("gebeurtenissen/0.actor.json", "Jef", "Jos"),
        {Code.INHOUD_GEWIJZIGD},
    ),
    "edit a salt": (
        lambda m: m | {"gebeurtenissen/1.inhoud.zout": bytes(32)},
        {Code.INHOUD_GEWIJZIGD},
    ),
    "edit a document": (
        edit(PDF_NAME, "besluitenlijst", "besluitenlijsd"),
        {Code.INHOUD_GEWIJZIGD},
    ),
    "name a document otherwise": (
        edit("bewijs.json", "Besluitenlijst 12 maart.pdf", "Vrijspraak.pdf"),
        {Code.INHOUD_GEWIJZIGD},
    ),
    "pass off another document": (
        lambda m: m | {"bericht/documenten/02-extra.pdf": b"%PDF"},
        {Code.INHOUD_GEWIJZIGD},
    ),
    "withhold a document": (without(PDF_NAME), {Code.INHOUD_ONTBREEKT}),
    "withhold a payload": (
        without(r"gebeurtenissen/0\.(inhoud|actor).*"),
        {Code.INHOUD_ONTBREEKT},
    ),
    "edit the time in a leaf": (
        edit("gebeurtenissen/1.leaf", r'"time":"\d{4}', '"time":"2025'),
        {Code.NIET_IN_LOG, Code.VOLGORDE},
    ),
    "edit a commitment in a leaf": (
        edit("gebeurtenissen/1.leaf", r'"payload":"....', '"payload":"AAAA'),
        {Code.NIET_IN_LOG, Code.INHOUD_GEWIJZIGD},
    ),
    "delete in the middle": (without(*EVENT_1), {Code.GEBEURTENIS_ONTBREEKT}),
    "delete in the middle and in the index": (
        both(without(*EVENT_1), forget(1)),
        {Code.GEBEURTENIS_ONTBREEKT, Code.VOLGORDE},
    ),
    "delete in the middle and close the gap": (
        both(without(*EVENT_1), forget(2), renumbered(2, 1)),
        {Code.VOLGORDE},
    ),
    "truncate the tail": (without(r"(gebeurtenissen|log)/2\..*"), {Code.GEBEURTENIS_ONTBREEKT}),
    "reorder": (swapped(1, 2), {Code.VOLGORDE}),
    "withhold a proof of inclusion": (without(r"log/1\.tlog-proof"), {Code.NOG_NIET_VERZEGELD}),
    "withhold the tokens": (without(r"tijd/.*\.ts[qr]"), {Code.NOG_NIET_GESTEMPELD}),
    "withhold the beacon": (without(r"tijd/5\..*"), {Code.BAKEN_ONTBREEKT}),
    "present as another dossier": (
        edit("bewijs.json", r'"stroom": "proef/....', '"stroom": "proef/0000'),
        {Code.BEWIJS_VAN_ANDER_BERICHT},
    ),
    "present as another kind of event": (
        edit("bewijs.json", "proef.StukAfgeleverd", "proef.StukGeopend"),
        {Code.BEWIJS_VAN_ANDER_BERICHT},
    ),
    "edit the chain at a glance": (
        edit("stroom.jsonl", "StukAfgeleverd", "StukGeopend"),
        {Code.INHOUD_GEWIJZIGD},
    ),
    "edit the time in an ERDS record": (
        edit("etsi/1-aflevering.json", r'"eventTime": "....', '"eventTime": "2025'),
        {Code.BEWIJS_VAN_ANDER_BERICHT},
    ),
    "edit the recipient in an ERDS record": (
        edit("etsi/1-aflevering.json", "bestuurseenheden/abb", "bestuurseenheden/gent"),
        {Code.BEWIJS_VAN_ANDER_BERICHT},
    ),
    "edit the sender in an ERDS record": (
        edit("etsi/2-opvraging.json", "bestuurseenheden/aalst", "bestuurseenheden/gent"),
        {Code.BEWIJS_VAN_ANDER_BERICHT},
    ),
    "edit the document in an ERDS record": (
        edit("etsi/0-verzending.json", r'"digestValue": "....', '"digestValue": "0000'),
        {Code.BEWIJS_VAN_ANDER_BERICHT},
    ),
    "put another token in a proof": (
        lambda m: m | {"log/0.tlog-proof": _with_extra(m["log/0.tlog-proof"], b"0")},
        {Code.TOKEN_ONLEESBAAR},
    ),
    "claim an unknown format": (
        edit("bewijs.json", "loket-bewijs/1", "loket-bewijs/9"),
        {Code.VERSIE_ONBEKEND},
    ),
    "break a signature of the log": (
        lambda m: m | {"log/checkpoint": _broken_signature(m["log/checkpoint"])},
        {Code.HANDTEKENING_ONJUIST},
    ),
    "break the proof of consistency": (
        edit("log/consistentie.txt", r"\n[A-Za-z0-9+/]{4}", r"\nAAAA"),
        {Code.LOG_TERUGGEDRAAID},
    ),
    "withhold the proof of consistency": (
        lambda m: m | {"log/consistentie.txt": b""},
        {Code.SAMENHANG_ONBEWEZEN},
    ),
}


def _with_extra(proof: bytes, extra: bytes) -> bytes:
    read = TlogProof.parse(proof)
    return TlogProof(read.index, read.path, read.checkpoint, extra).encode()


def _broken_signature(note: bytes) -> bytes:
    """One bit of the signature itself; the key id before it stays."""
    start, _, encoded = note.rstrip(b"\n").rpartition(b" ")
    signature = bytearray(base64.b64decode(encoded))
    signature[20] ^= 1
    return start + b" " + base64.b64encode(signature) + b"\n"


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_edited_bundle_never_passes(honest: Honest, tmp_path: Path, attack: str) -> None:
    change, expected = ATTACKS[attack]
    report = attacked(honest, tmp_path, change(dict(honest.members)))
    assert expected <= report.codes
    assert report.verdict is not Verdict.PASSED


def test_an_edit_that_leaves_the_sums_alone_is_seen_at_once(honest: Honest, tmp_path: Path) -> None:
    members = edit("bewijs.html", "Gemeente Aalst", "Gemeente Gent")(honest.members)
    report = honest.lab.verify(write_zip(tmp_path / "b.zip", members, sums=False))
    assert (report.verdict, report.codes >= {Code.BUNDEL_BESCHADIGD}) == (Verdict.FAILED, True)


def test_a_leaf_of_another_dossier_does_not_fit(honest: Honest, tmp_path: Path) -> None:
    lab, other = honest.lab, new_stream()
    lab.send(other)
    lab.seal()
    stranger = read_zip(lab.bundle(other))
    for_event_1 = {n: d for n, d in stranger.items() if re.match(r"(gebeurtenissen|log)/1\.", n)}
    report = attacked(honest, tmp_path, honest.members | for_event_1)
    assert {Code.BEWIJS_VAN_ANDER_BERICHT, Code.VOLGORDE} <= report.codes


@pytest.mark.parametrize("facts", [StukAfgeleverd("urn:other"), StukGeopend("urn:other")])
def test_a_delivery_to_somebody_else_is_no_delivery(lab: Lab, facts: object) -> None:
    name = new_stream()
    lab.append(name, StukVerzonden("x", (), (ABB,)), StukAfgeleverd(ABB), facts)
    lab.seal()
    report = lab.verify(lab.bundle(name))
    assert report.codes >= {Code.BEWIJS_VAN_ANDER_BERICHT}
    assert report.verdict is Verdict.FAILED


@pytest.mark.parametrize("fact", [StukAfgeleverd(ABB), StukGeopend(ABB)])
def test_nothing_is_delivered_before_it_is_sent(lab: Lab, fact: object) -> None:
    name = new_stream()
    lab.append(name, fact)
    lab.seal()
    report = lab.verify(lab.bundle(name))
    assert (report.verdict, report.codes >= {Code.VOLGORDE}) == (Verdict.FAILED, True)


# Keys


def resigned(members: Members, attacker: Signer) -> Members:
    """The whole bundle under another key: every note, and the hint."""
    changed = dict(members)
    for name, data in members.items():
        if name.endswith(".note") or name == "log/checkpoint":
            changed[name] = attacker.sign(_text(data))
        if name.endswith(".tlog-proof"):
            proof = TlogProof.parse(data)
            note = attacker.sign(_text(proof.checkpoint))
            changed[name] = TlogProof(proof.index, proof.path, note, proof.extra).encode()
    vkey = attacker.vkey.encode()
    return changed | {"log/log.vkey": vkey + b"\n", "log/policy.txt": b"log " + vkey + b"\n"}


def _text(note: bytes) -> str:
    return note.decode().rpartition("\n\n")[0] + "\n"


def test_a_key_swapped_in_the_bundle_is_not_used(honest: Honest, tmp_path: Path) -> None:
    attacker = Signer(honest.lab.origin, Ed25519PrivateKey.generate())
    report = attacked(honest, tmp_path, resigned(honest.members, attacker))
    assert (report.verdict, report.level) == (Verdict.INDETERMINATE, "N0")
    assert report.codes >= {Code.SLEUTEL_ONBEKEND}


def test_only_a_swapped_hint_is_enough_to_doubt(honest: Honest, tmp_path: Path) -> None:
    attacker = Signer(honest.lab.origin, Ed25519PrivateKey.generate())
    members = honest.members | {"log/log.vkey": f"{attacker.vkey}\n".encode()}
    report = attacked(honest, tmp_path, members)
    assert (report.verdict, report.codes >= {Code.SLEUTEL_ONBEKEND}) == (
        Verdict.INDETERMINATE,
        True,
    )


# Tokens


def with_tokens(members: Members, respond: Callable[[bytes, bytes], bytes]) -> Members:
    """Every response replaced by that of another TSA to the same query over the same note."""
    responses = {
        name: respond(members[name.replace(".tsr", ".tsq")], members[name.replace(".tsr", ".note")])
        for name in members
        if name.endswith(".tsr")
    }
    return members | responses


def test_a_token_of_an_unknown_tsa_proves_nothing(honest: Honest, tmp_path: Path) -> None:
    forger = DevTsa.create(tmp_path / "forger", utc_now())
    members = with_tokens(honest.members, lambda query, _: forger.respond(query, utc_now(), 7))
    members["tijd/tsa-root.pem"] = forger.root.public_bytes(Encoding.PEM)
    report = attacked(honest, tmp_path, members)
    assert report.codes >= {Code.TSA_ONBEKEND}
    assert (report.verdict, report.level) == (Verdict.INDETERMINATE, "N1")


def laboratory(
    honest: Honest,
    directory: Path,
    *,
    purposes: tsa_lab.Purposes = tsa_lab.TIME,
    embed_root: bool = False,
    trusted: bool = True,
) -> Report:
    """The bundle stamped by a TSA made to measure, verified with its root or with the real one."""
    start = utc_now() - timedelta(days=1)
    root = tsa_lab.certify("Wortel", None, ca=True, start=start, end=start + tsa_lab.YEAR)
    tsu = tsa_lab.certify("TSU", root, purposes=purposes, start=start, end=start + tsa_lab.YEAR)

    def respond(query: bytes, note: bytes) -> bytes:
        from cryptography.hazmat import asn1

        from loket.evidence import tsp

        nonce = asn1.decode_der(tsp.Request, query).nonce
        info = tsa_lab.statement(note, at=utc_now().replace(microsecond=0), nonce=nonce)
        extra = [root.certificate] if embed_root else []
        return tsa_lab.sign(tsu, info, certificates=[tsu.certificate, *extra])

    path = write_zip(directory / "bewijs.zip", with_tokens(honest.members, respond))
    roots = [root.certificate] if trusted else [honest.lab.tsa.root]
    return verify(path, [honest.lab.signer.vkey], roots)


def test_a_root_embedded_in_a_token_is_no_anchor(honest: Honest, tmp_path: Path) -> None:
    report = laboratory(honest, tmp_path, embed_root=True, trusted=False)
    assert (report.verdict, report.codes >= {Code.TSA_ONBEKEND}) == (Verdict.INDETERMINATE, True)


def test_a_certificate_for_another_purpose_stamps_nothing(honest: Honest, tmp_path: Path) -> None:
    purposes = (ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.SERVER_AUTH)
    report = laboratory(honest, tmp_path, purposes=purposes)
    assert (report.verdict, report.codes >= {Code.TSA_VERVALST}) == (Verdict.FAILED, True)


def test_an_answer_to_another_query_is_refused(honest: Honest, tmp_path: Path) -> None:
    members = dict(honest.members)
    for name in members:
        if name.endswith(".tsq"):
            members[name] = build_query(members[name.replace(".tsq", ".note")], 1 << 63)
    report = attacked(honest, tmp_path, members)
    assert (report.verdict, report.codes >= {Code.TSA_VERVALST}) == (Verdict.FAILED, True)


def test_a_token_over_something_else_is_refused(honest: Honest, tmp_path: Path) -> None:
    tsa = honest.lab.tsa

    def respond(query: bytes, note: bytes) -> bytes:
        return tsa.respond(build_query(b"something else", 1 << 63), utc_now(), 7)

    report = attacked(honest, tmp_path, with_tokens(honest.members, respond))
    assert (report.verdict, report.codes >= {Code.TSA_VERVALST}) == (Verdict.FAILED, True)


def test_a_real_token_issued_anew_is_not_the_one_the_leaf_names(
    honest: Honest, tmp_path: Path
) -> None:
    tsa = honest.lab.tsa
    members = with_tokens(honest.members, lambda query, _: tsa.respond(query, utc_now(), 7))
    report = attacked(honest, tmp_path, members)
    assert (report.verdict, report.codes >= {Code.BAKEN_ONTBREEKT}) == (
        Verdict.INDETERMINATE,
        True,
    )
