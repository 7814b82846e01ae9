# SPDX-License-Identifier: EUPL-1.2
"""The command line: run an installation, look after it, and check a proof.

Every file of this package holds commands that belong together; heavy imports stay inside them.
"""

import sys

import typer

from loket.cli import access, bounce, care, processes, proof, termijn
from loket.cli.demo import demo
from loket.cli.shared import explain
from loket.cli.simulate import simulate

app = typer.Typer(
    name="loket",
    help="Loket voor lokale besturen: verzenden, afleveren, raadplegen en bewijzen.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for command in (
    processes.serve,
    processes.api,
    processes.development_tsa,
    processes.seal,
    processes.project,
    processes.work,
    care.migrate,
    care.import_besturen,
    care.rebuild,
    care.export_log,
    care.audit,
    care.dead_letters,
    bounce.bounce,
    access.token,
    proof.verify,
    termijn.termijn,
    demo,
    simulate,
):
    app.command(name=command.__name__.replace("_", "-"))(command)
app.command(name="background", hidden=True)(processes.background)


def main() -> None:
    """Run one command; what the user can mend is told in a sentence, exit code 1."""
    try:
        app()
    except Exception as error:
        sentence = explain(error)
        if sentence is None:
            raise
        typer.echo(f"loket: {sentence}", err=True)
        sys.exit(1)
