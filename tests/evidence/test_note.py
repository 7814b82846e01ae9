# SPDX-License-Identifier: EUPL-1.2
"""Notes, checkpoints and proof files: golden bytes, openssl as a second opinion, refusals."""

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from loket.evidence import note
from loket.evidence.note import Checkpoint, NoteError, Signer, TlogProof, Verifier

# The example of the Go documentation of signed notes (golang.org/x/mod/sumdb/note).
GO_SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_NOTE = (
    GO_TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqd"
    "ngotpRZb6KE6RyyBwJnAM=\n"
).encode()


def signer(name: str, seed: int) -> Signer:
    return Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


LOG = signer("loket.example/log", 1)
OTHER = signer("loket.example/log", 2)
WITNESS = signer("witness.example", 3)
ROOT = bytes(range(32))
TEXT = Checkpoint(LOG.name, 7, ROOT).text()
NOTE = LOG.sign(TEXT)


def line_of(signed: bytes) -> bytes:
    return signed.rpartition(b"\n\n")[2]


def test_the_note_of_the_go_documentation_is_written_and_read() -> None:
    secret = Ed25519PrivateKey.from_private_bytes(base64.b64decode(GO_SECRET)[1:])
    neumann = Signer("PeterNeumann", secret)
    assert neumann.vkey == GO_VKEY
    assert neumann.sign(GO_TEXT) == GO_NOTE
    assert note.open_note(GO_NOTE, [Verifier.from_vkey(GO_VKEY)]) == GO_TEXT


def test_a_checkpoint_is_these_bytes_for_ever() -> None:
    assert LOG.vkey == "loket.example/log+ec34928e+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
    assert NOTE.decode() == (
        "loket.example/log\n7\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n"
        "— loket.example/log 7DSSjhtsp2cJ3ZeC0LIXRkywjNyLef2RJfIvPGa/mqzaW/mPCa1/jwA1f9giBnubmcdbp"
        "LYvdWQeZ8oEFwazCvYQSwo=\n"
    )


def test_openssl_accepts_the_signature_and_refuses_another_text(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    (tmp_path / "key.der").write_bytes(note.spki_der(LOG.vkey))
    (tmp_path / "sig").write_bytes(base64.b64decode(line_of(NOTE).split(b" ")[2])[4:])
    for text, accepted in ((TEXT, True), (TEXT.replace("7", "8"), False)):
        (tmp_path / "body").write_bytes(text.encode())
        command = [openssl, "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der"]
        command += ["-rawin", "-in", "body", "-sigfile", "sig"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        assert (done.returncode == 0) is accepted


def test_signatures_by_unknown_keys_are_ignored() -> None:
    signed = NOTE + line_of(WITNESS.sign(TEXT)) + line_of(OTHER.sign(TEXT))
    assert note.open_note(signed, [LOG.verifier]) == TEXT
    assert note.open_note(signed, [WITNESS.verifier]) == TEXT


def test_a_note_no_known_key_signed_is_refused() -> None:
    for known in ([], [OTHER.verifier], [WITNESS.verifier]):
        with pytest.raises(NoteError, match="no known key"):
            note.open_note(NOTE, known)


def test_a_bad_signature_by_a_known_key_spoils_the_note() -> None:
    elsewhere = line_of(WITNESS.sign("something else\n"))
    with pytest.raises(NoteError, match="witness"):
        note.open_note(NOTE + elsewhere, [LOG.verifier, WITNESS.verifier])
    assert note.open_note(NOTE + elsewhere, [LOG.verifier]) == TEXT


@given(st.integers(0, len(NOTE) * 8 - 1))
def test_a_note_with_any_bit_changed_is_refused(bit: int) -> None:
    changed = bytearray(NOTE)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(NoteError):
        note.open_note(bytes(changed), [LOG.verifier])


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n")))
def test_any_text_is_signed_and_read_back(text: str) -> None:
    assert note.open_note(LOG.sign(text + "\n"), [LOG.verifier]) == text + "\n"


@pytest.mark.parametrize("text", ["", "no newline", "a tab\there\n", "carriage return\r\n"])
def test_a_text_that_cannot_be_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(NoteError):
        LOG.sign(text)


@pytest.mark.parametrize(
    "malformed",
    [
        b"",
        NOTE[:-1],
        NOTE + b"\n",
        NOTE.replace(b"\n\n", b"\n"),
        NOTE.replace("—".encode(), b"-"),
        NOTE.replace("— ".encode(), "—  ".encode()),
        NOTE.replace(b"=\n", b"\n"),
        NOTE + "— name\n".encode(),
        NOTE + "— name AAAA\n".encode(),
        NOTE + "— na+me AAAAAAA=\n".encode(),
        NOTE + "— na\u00a0me AAAAAAA=\n".encode(),
        NOTE + "— name AAAAAAB=\n".encode(),
        NOTE + b"\xff\n",
        NOTE.replace(b"7", b"7\x00"),
        NOTE + "— name AAAAAAA=\n".encode() * note.MAX_SIGNATURES,
        b"x" * note.MAX_NOTE_SIZE + NOTE,
    ],
)
def test_a_malformed_note_is_refused(malformed: bytes) -> None:
    with pytest.raises(NoteError):
        note.open_note(malformed, [LOG.verifier])


def test_sixteen_large_cosignatures_are_carried() -> None:
    large = base64.b64encode(b"k" * 5_000)
    signed = NOTE + b"".join(f"— w{n} ".encode() + large + b"\n" for n in range(16))
    assert note.open_note(signed, [LOG.verifier]) == TEXT


def test_what_is_stamped_ends_with_the_logs_own_line() -> None:
    cosigned = NOTE + line_of(WITNESS.sign(TEXT))
    assert note.log_signed(NOTE, LOG.verifier) == NOTE
    assert note.log_signed(cosigned, LOG.verifier) == NOTE


def test_what_is_stamped_begins_with_a_good_line_of_the_log() -> None:
    with pytest.raises(NoteError, match="first"):
        note.log_signed(WITNESS.sign(TEXT) + line_of(NOTE), LOG.verifier)
    with pytest.raises(NoteError, match="not right"):
        note.log_signed(NOTE.replace(b"\n7\n", b"\n8\n"), LOG.verifier)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        GO_VKEY.replace("PeterNeumann", "PeterNewman"),
        GO_VKEY.replace("c74f20a3", "c74f20a4"),
        GO_VKEY.replace("c74f20a3", "C74F20A3"),
        GO_VKEY[:-1],
        GO_VKEY.replace("+ARpc", "+BBpc"),
        GO_VKEY + "\n",
        "+" + GO_VKEY,
    ],
)
def test_a_key_that_is_not_one_is_refused(vkey: str) -> None:
    with pytest.raises(NoteError):
        Verifier.from_vkey(vkey)


def test_a_key_name_without_letters_or_with_a_space_is_refused() -> None:
    for name in ("", "two words", "plus+", "line\n", "nbsp\u00a0", "bell\x07"):
        with pytest.raises(NoteError):
            Verifier(name, ROOT)
    with pytest.raises(NoteError):
        Verifier("name", ROOT[1:])


def test_a_checkpoint_is_read_back() -> None:
    assert Checkpoint.parse(TEXT) == Checkpoint(LOG.name, 7, ROOT)
    assert note.open_checkpoint(NOTE, LOG.verifier) == Checkpoint(LOG.name, 7, ROOT)


def test_a_checkpoint_of_another_log_is_refused() -> None:
    signed = LOG.sign(Checkpoint("loket.example/other", 7, ROOT).text())
    with pytest.raises(NoteError, match="another log"):
        note.open_checkpoint(signed, LOG.verifier)


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT[:-1],
        TEXT + "\n",
        TEXT + "extension\n",
        TEXT.replace("7", "07"),
        TEXT.replace("7", "+7"),
        TEXT.replace("7", "-7"),
        TEXT.replace("7", "٧"),
        TEXT.replace("7", "7 "),
        TEXT.replace("7", ""),
        TEXT.replace("7", "9223372036854775808"),
        TEXT.replace(LOG.name, ""),
        TEXT.replace("Hh8=", "Hh8"),
        TEXT.replace("Hh8=", "Hh9="),
        TEXT.replace("Hh8=", "Hg=="),
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.parse(text)


PROOF = TlogProof(5, (ROOT, ROOT[::-1]), NOTE, b"token")


def test_a_proof_file_is_these_bytes() -> None:
    assert PROOF.encode() == b"".join(
        [
            b"c2sp.org/tlog-proof@v1\nextra dG9rZW4=\nindex 5\n",
            b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
            b"Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=\n\n",
            NOTE,
        ]
    )
    assert TlogProof(0, (), NOTE).encode() == b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + NOTE


@given(
    st.integers(0, 2**63 - 2),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.binary(max_size=2000),
)
def test_a_proof_file_is_read_back(index: int, path: list[bytes], extra: bytes) -> None:
    proof = TlogProof(index, tuple(path), NOTE, extra)
    assert TlogProof.parse(proof.encode()) == proof


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"proof@v1", b"proof@v2"),
        (b"extra dG9rZW4=", b"extra "),
        (b"extra dG9rZW4=", b"extra dG9rZW4"),
        (b"extra dG9rZW4=\n", b"extra dG9rZW4=\nextra dG9rZW4=\n"),
        (b"index 5\n", b""),
        (b"index 5", b"index 05"),
        (b"index 5", b"index  5"),
        (b"index 5", b"index 9223372036854775807"),
        (b"Hh8=", b"Hg=="),
        (b"Hh8=", b"Hh8= x"),
        (b"\n\n", b"\n"),
        (b"index 5\n", b"index 5\n\n"),
        (b"index 5\n", b"index 5\n" + b"A" * 43 + b"=\n" * 64),
        (b"extra dG9rZW4=", b"extra " + base64.b64encode(b"x" * 48_001)),
        (b"c2sp", b"\xff"),
        (b"c2sp", b"x" * note.MAX_PROOF_SIZE),
        (b"\n7\n", b"\n07\n"),
    ],
)
def test_a_malformed_proof_file_is_refused(old: bytes, new: bytes) -> None:
    encoded = PROOF.encode()
    assert old in encoded
    with pytest.raises(NoteError):
        TlogProof.parse(encoded.replace(old, new, 1))


@given(st.integers(0, len(PROOF.encode()) * 8 - 1))
def test_a_proof_file_with_a_bit_changed_is_refused_or_says_something_else(bit: int) -> None:
    changed = bytearray(PROOF.encode())
    changed[bit // 8] ^= 1 << bit % 8
    try:
        parsed = TlogProof.parse(bytes(changed))
    except NoteError:
        return
    assert parsed != PROOF
    assert parsed.encode() == changed


@given(st.binary())
def test_anything_else_is_refused_and_nothing_worse(data: bytes) -> None:
    for read in (TlogProof.parse, lambda data: note.open_note(data, [LOG.verifier])):
        with pytest.raises(NoteError):
            read(data)
