# SPDX-License-Identifier: EUPL-1.2
"""Formats of the identifiers a bestuur carries.

KBO: enterprise number, ten digits of which the last two are 97 minus the first eight modulo 97
(Koninklijk besluit van 24 juni 2003). OVO: code in Wegwijs, the register of Flemish
organisations. NIS: five-digit code of Statbel.
"""

import re

_KBO = re.compile(r"[01][0-9]{9}")
_OVO = re.compile(r"OVO[0-9]{6}")
_NIS = re.compile(r"[0-9]{5}")


def is_kbo(text: str) -> bool:
    """True for ten digits with a right check number, without dots."""
    return bool(_KBO.fullmatch(text)) and 97 - int(text[:8]) % 97 == int(text[8:])


def is_ovo(text: str) -> bool:
    """True for `OVO` followed by six digits."""
    return bool(_OVO.fullmatch(text))


def is_nis(text: str) -> bool:
    """True for five digits."""
    return bool(_NIS.fullmatch(text))
