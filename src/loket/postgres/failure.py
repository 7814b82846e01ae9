# SPDX-License-Identifier: EUPL-1.2
"""The one exception of this package."""


class PostgresFailed(RuntimeError):  # noqa: N818 - reads as a sentence
    """The embedded PostgreSQL cannot run; the message says what to do, or what it wrote."""
