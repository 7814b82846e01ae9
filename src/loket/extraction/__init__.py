# SPDX-License-Identifier: EUPL-1.2
"""The text of a file, by a process that may break.

Files come from outside and their formats are large, so they are read by a child process without
our environment, with limits on memory, time and output. Whatever happens in it, the answer is an
`Extracted`: a file that is broken, locked or built to exhaust us is `onleesbaar`, with a reason.

child → sniff → pdf | office | markup
"""

from loket.extraction.outcome import REDENEN, Extracted, Limits, Status
from loket.extraction.run import extract

__all__ = ["REDENEN", "Extracted", "Limits", "Status", "extract"]
