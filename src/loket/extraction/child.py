# SPDX-License-Identifier: EUPL-1.2
"""The process that reads one file: `python -m loket.extraction.child MEDIATYPE LIMITS < file`.

It ties its own hands before it looks at the file, and imports a parser only then.
"""

import json
import os
import resource
import sys
from contextlib import suppress
from typing import BinaryIO

from loket.extraction.outcome import Extracted, Full, Limits, Status, Text, Unreadable, unreadable
from loket.extraction.sniff import reader_of


def main() -> None:
    """Reads standard input and writes an Extracted on standard output."""
    formaat, limits = sys.argv[1], Limits(**json.loads(sys.argv[2]))
    _confine(limits)
    try:
        answer = read(sys.stdin.buffer, formaat, limits)
    except MemoryError:
        answer = unreadable("te-zwaar")
    sys.stdout.buffer.write(answer.encode())
    sys.stdout.buffer.flush()
    # A parser that was interrupted need not be cleaned up.
    os._exit(0)


def read(file: BinaryIO, formaat: str, limits: Limits) -> Extracted:
    """The text of an open, seekable file. Raises MemoryError."""
    text = Text(limits.text)
    paginas, afgekapt = None, False
    try:
        reader = reader_of(file, formaat)
        if reader is None:
            return Extracted(Status.NIET_ONDERSTEUND)
        file.seek(0)
        paginas = reader(file, text, limits)
    except Full:
        afgekapt = True
    except Unreadable as problem:
        return unreadable(str(problem))
    except MemoryError:
        raise
    except Exception:
        return unreadable("beschadigd")
    found = str(text)
    if not found:
        return unreadable("geen-tekst")
    return Extracted(Status.LEESBAAR, found, paginas=paginas, afgekapt=afgekapt)


def _confine(limits: Limits) -> None:
    """Little memory, time and output, no new files, last in the queue for the processor."""
    os.nice(10)
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu),
        (resource.RLIMIT_FSIZE, limits.output),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()
