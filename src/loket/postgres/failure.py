# SPDX-License-Identifier: EUPL-1.2
"""The one exception of this package."""


class PostgresFailed(RuntimeError):
    """The embedded PostgreSQL cannot run; the message says what to do, or what it wrote."""
