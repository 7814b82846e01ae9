# SPDX-License-Identifier: EUPL-1.2
"""Bytes that never change: a leaf, its commitments, its opening, and the canonical encoding."""

import hashlib
import json
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from loket.evidence.canonical import OngeldigGetal, OngeldigTeken, encode
from loket.evidence.leaf import (
    FIRST_PREV,
    Beacon,
    DocumentCommitment,
    Leaf,
    Opening,
    b64,
    leaf_hash,
    seal_content,
)

LEAF = (
    b'{"actor":"YWN0b3I","beacon":{"hash":"aGFzaA","size":12},"cause":null,'
    b'"command":"00000000-0000-0000-0000-000000000007","docs":[{"commit":"ZG9j","size":34}],'
    b'"log":"log.example.org/proef","payload":"cGF5bG9hZA",'
    b'"prev":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU","seq":0,'
    b'"stream":"proef/00000000-0000-0000-0000-000000000001",'
    b'"time":"2026-11-23T20:03:12.000001Z","type":"proef.StukVerzonden","v":1}'
)


def test_a_leaf_is_these_bytes() -> None:
    leaf = Leaf(
        actor="YWN0b3I",
        beacon=Beacon("aGFzaA", 12),
        cause=None,
        command=str(UUID(int=7)),
        docs=(DocumentCommitment("ZG9j", 34),),
        log="log.example.org/proef",
        payload="cGF5bG9hZA",
        prev=b64(FIRST_PREV),
        seq=0,
        stream=f"proef/{UUID(int=1)}",
        time="2026-11-23T20:03:12.000001Z",
        type="proef.StukVerzonden",
        v=1,
    )
    assert leaf.encode() == LEAF == rfc8785.dumps(json.loads(LEAF))
    assert leaf_hash(LEAF) == hashlib.sha256(b"\0" + LEAF).digest()


def test_commitments_are_these_values() -> None:
    """As `openssl dgst -sha256 -mac HMAC` computes them."""
    entropy = bytes(range(96))
    commitments, opening = seal_content(b"{}", b"[]", [("00" * 32, 5)], entropy)
    assert commitments.payload == "BfPwv_vLkGBqHZzlqdBMbX74mmvWwNEJxT-dVRRiu0I"
    assert commitments.actor == "SAcOpeWMiRgTQ06lUAumRD0Wq9aFkb5C9DiQHaoT8Gw"
    assert commitments.docs == (
        DocumentCommitment("eDasPdn2hU6p7WEUHZX5y45kF8BtSNwzAUwydpNgt2I", 5),
    )
    assert opening == Opening("[]", entropy[32:64], (entropy[64:],), "{}", entropy[:32])


def test_an_opening_is_these_bytes_and_back() -> None:
    opening = Opening('{"a":1}', b"\1" * 32, (b"\2" * 32,), '{"b":2}', b"\3" * 32, b"\4" * 32)
    assert opening.encode() == (
        b'{"actor":"{\\"a\\":1}","actor_salt":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",'
        b'"documents":["AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="],'
        b'"payload":"{\\"b\\":2}","payload_salt":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=",'
        b'"request":"BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ="}'
    )
    assert Opening.decode(opening.encode()) == opening


# Canonical bytes

names = st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=8)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)


@given(plain)
def test_on_our_domain_the_encoding_is_rfc_8785(value: object) -> None:
    assert encode(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "x\udfff"])
def test_texts_that_cannot_be_kept_are_refused(text: str) -> None:
    with pytest.raises(OngeldigTeken):
        encode({"veld": [text]})


@pytest.mark.parametrize("text", ["\\u0000", "\\", '"\\u0000"', "1234567890123456789"])
def test_texts_that_only_look_so_are_kept(text: str) -> None:
    assert json.loads(encode({"veld": text})) == {"veld": text}


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**30])
def test_numbers_that_others_would_round_are_refused(number: int) -> None:
    with pytest.raises(OngeldigGetal):
        encode({"veld": (1, number)})
    assert encode(2**53 - 1) == b"9007199254740991"
