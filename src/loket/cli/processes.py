# SPDX-License-Identifier: EUPL-1.2
"""The processes of an installation, all in one tree or each alone."""

import gc
import os
import signal
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from loket.cli.shared import DataDir, settings_of, tell

if TYPE_CHECKING:
    from loket.settings import Settings
    from loket.wiring import Loket


def serve(
    demo: Annotated[bool, typer.Option(help="Register the demo besturen first.")] = False,
    port: Annotated[int | None, typer.Option(help="Port of the API; 0 picks one.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Run everything in one process tree; prints `ready http://…` when it answers."""
    from loket.embedded import connected
    from loket.logs import configure
    from loket.migrate import migrate
    from loket.postgres import EmbeddedPostgres
    from loket.supervisor import Child, Supervisor, free_port

    settings = settings_of(data_dir, port)
    configure(settings.log_level)
    if settings.port == 0:
        settings = settings.model_copy(update={"port": free_port(settings.host)})
    server = None
    if settings.database_url is None:
        server = EmbeddedPostgres(settings.data_dir, progress=tell)
        server.start()
        settings = connected(settings, server)
    try:
        migrate(settings.database_owner_url or settings.database_url or "")
        _prepare(settings, demo=demo)
    except BaseException:
        if server is not None:
            server.stop()
        raise
    env = _environment(settings)
    Supervisor(
        database=server,
        children=[Child(["api"], env), Child(["background"], env)],
        health_url=f"http://{settings.host}:{settings.port}/health/ready",
        on_ready=lambda: typer.echo(f"ready http://{settings.host}:{settings.port}"),
    ).run()


def _prepare(settings: "Settings", *, demo: bool) -> None:
    """Make the keys before two processes could, and register the demo besturen if asked."""
    from loket.wiring import build

    loket = build(settings)
    try:
        loket.tsas()
        if demo:
            from loket.cli.care import register, relate, shipped

            register(loket, shipped())
            relate(loket)
    finally:
        loket.close()


def _environment(settings: "Settings") -> dict[str, str]:
    return {
        "LOKET_DATABASE_URL": settings.database_url or "",
        "LOKET_DATA_DIR": str(settings.data_dir.absolute()),
        "LOKET_DEVELOPMENT": str(settings.development).lower(),
        "LOKET_HOST": settings.host,
        "LOKET_PORT": str(settings.port),
    }


def api() -> None:
    """Answer HTTP requests; any number of these may run."""
    import uvicorn

    from loket.api.app import create_app

    loket = _start()
    loket.references.refresh()
    loket.references.follow()
    _settle_memory()
    uvicorn.run(
        create_app(loket),
        host=loket.settings.host,
        port=loket.settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )


def development_tsa(
    port: Annotated[int, typer.Option(help="Port to answer on.")] = 3161,
    data_dir: DataDir = None,
) -> None:
    """Answer time-stamp requests for trials; every stamp says NIET-GEKWALIFICEERD."""
    import uvicorn

    from loket.evidence.devtsa import DevTsa, asgi_app
    from loket.wiring import utc_now

    settings = settings_of(data_dir)
    tsa = DevTsa.open(settings.keys_dir / "tsa", utc_now())
    uvicorn.run(asgi_app(tsa, utc_now), host=settings.host, port=port, log_config=None)


def seal() -> None:
    """Seal and time-stamp the log; a second one waits and takes over."""
    _run([_seal])


def project() -> None:
    """Keep the read models up to date; a second one waits and takes over."""
    _run([_project])


def work() -> None:
    """React to events and to the clock: mails, commands, ends of terms; any number may run."""
    _run([_work, _keep_time])


def background() -> None:
    """Seal, project and work in one process, as `loket serve` runs them."""
    _run([_seal, _project, _work, _keep_time])


def _seal(loket: "Loket", stop: threading.Event) -> None:
    from loket.sealing import run

    run(loket, stop)


def _project(loket: "Loket", stop: threading.Event) -> None:
    from loket.projections._runner import Projector

    Projector(loket.dsn, loket.mapper).run(stop)


def _work(loket: "Loket", stop: threading.Event) -> None:
    from loket.tasks import run

    run(loket, stop)


def _keep_time(loket: "Loket", stop: threading.Event) -> None:
    from loket.tasks import keep_time

    keep_time(loket, stop)


def _start() -> "Loket":
    """The installation of this process, which ends with the supervisor that started it."""
    from loket.logs import configure
    from loket.supervisor import end_with_parent
    from loket.wiring import build

    parent = os.environ.get("LOKET_PARENT")
    if parent:
        end_with_parent(int(parent))
    settings = settings_of()
    configure(settings.log_level)
    return build(settings)


def _settle_memory() -> None:
    """What start-up made stays: the collector need not walk it for every few hundred requests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _run(parts: "Sequence[Callable[[Loket, threading.Event], None]]") -> None:
    """Run parts in threads until a signal; when one fails the whole process ends, to be restarted.

    A part that hangs must not keep the others alive: the process ends without waiting long.
    """
    loket = _start()
    stop = threading.Event()
    failed: list[BaseException] = []

    def guarded(part: "Callable[[Loket, threading.Event], None]") -> None:
        try:
            part(loket, stop)
        except BaseException as error:
            failed.append(error)
            raise
        finally:
            stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _settle_memory()
    threads = [threading.Thread(target=guarded, args=(part,), daemon=True) for part in parts]
    for thread in threads:
        thread.start()
    while not stop.wait(0.5):
        pass
    for thread in threads:
        thread.join(5)
    loket.close()
    os._exit(1 if failed else 0)
