# SPDX-License-Identifier: EUPL-1.2
"""Formats of the identifiers a bestuur carries.

KBO: enterprise number, ten digits of which the last two are 97 minus the first eight modulo 97
(Koninklijk besluit van 24 juni 2003). OVO: code in Wegwijs, the register of Flemish
organisations. NIS: five-digit code of Statbel. IBAN: ISO 13616, check number by ISO 7064 mod 97.
"""

import re

_KBO = re.compile(r"[01][0-9]{9}")
_OVO = re.compile(r"OVO[0-9]{6}")
_NIS = re.compile(r"[0-9]{5}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def is_kbo(text: str) -> bool:
    """True for ten digits with a right check number, without dots."""
    return bool(_KBO.fullmatch(text)) and 97 - int(text[:8]) % 97 == int(text[8:])


def is_ovo(text: str) -> bool:
    """True for `OVO` followed by six digits."""
    return bool(_OVO.fullmatch(text))


def is_nis(text: str) -> bool:
    """True for five digits."""
    return bool(_NIS.fullmatch(text))


def is_iban(text: str) -> bool:
    """True for an account number without blanks, with a right check number."""
    if not _IBAN.fullmatch(text) or (text.startswith("BE") and len(text) != 16):
        return False
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1
