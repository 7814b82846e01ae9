# SPDX-License-Identifier: EUPL-1.2
"""Data keys: AES-256-GCM, one for every subject, wrapped by a master key.

Destroying the row of a data key erases all it encrypted, in every copy and backup.
"""

import os
from collections import OrderedDict
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
CACHE = 2_000
"""Opened keys remembered: each takes 2.7 KB, and 4 us to open again."""


class WrongMasterKey(Exception):
    """The master key does not open this data key: the wrong key file, or a damaged database."""


class DataKey(NamedTuple):
    """A fresh key as it goes to the database."""

    id: UUID
    subject: str
    wrapped: bytes


class KeyRing:
    """Makes, wraps and opens data keys; remembers those recently opened."""

    def __init__(self, master: bytes) -> None:
        self._master = AESGCM(master)
        self._open: OrderedDict[UUID, AESGCM] = OrderedDict()

    def create(self, subject: str) -> DataKey:
        """A new data key for a subject (the name of a stream)."""
        entropy = os.urandom(16 + NONCE + 32)
        key_id = UUID(bytes=entropy[:16], version=4)
        nonce, secret = entropy[16 : 16 + NONCE], entropy[16 + NONCE :]
        wrapped = nonce + self._master.encrypt(nonce, secret, key_id.bytes)
        self._remember(key_id, AESGCM(secret))
        return DataKey(key_id, subject, wrapped)

    def encrypt(self, key_id: UUID, wrapped: bytes, plain: bytes, place: bytes) -> bytes:
        """Encrypt for one place in one stream; the place is authenticated, not stored."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher(key_id, wrapped).encrypt(nonce, plain, place)

    def decrypt(self, key_id: UUID, wrapped: bytes, data: bytes, place: bytes) -> bytes:
        """The plain bytes of what `encrypt` made for the same place.

        Raises InvalidTag when the bytes were changed or belong elsewhere.
        """
        return self._cipher(key_id, wrapped).decrypt(data[:NONCE], data[NONCE:], place)

    def _cipher(self, key_id: UUID, wrapped: bytes) -> AESGCM:
        cipher = self._open.get(key_id)
        if cipher is None:
            try:
                secret = self._master.decrypt(wrapped[:NONCE], wrapped[NONCE:], key_id.bytes)
            except InvalidTag:
                raise WrongMasterKey(f"data key {key_id} does not open") from None
            cipher = AESGCM(secret)
            self._remember(key_id, cipher)
        return cipher

    def _remember(self, key_id: UUID, cipher: AESGCM) -> None:
        self._open[key_id] = cipher
        if len(self._open) > CACHE:
            self._open.popitem(last=False)
