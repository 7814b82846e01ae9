# SPDX-License-Identifier: EUPL-1.2
"""Checking a proof, offline and with keys from elsewhere."""

from pathlib import Path
from typing import Annotated

import typer


def verify(
    bundle: Annotated[Path, typer.Argument(help="bewijs-….zip", dir_okay=False)],
    log_key: Annotated[Path, typer.Option(exists=True, help="log.vkey, obtained elsewhere.")],
    tsa_root: Annotated[Path, typer.Option(exists=True, help="Root(s) of the TSA, PEM.")],
    checkpoint: Annotated[
        Path | None, typer.Option(exists=True, help="A later checkpoint that you hold.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Result as JSON.")] = False,
) -> None:
    """Check a proof in numbered steps; exit 0 TOTAL-PASSED, 1 TOTAL-FAILED, 2 INDETERMINATE."""
    from loket.evidence.verify import main

    raise typer.Exit(main(bundle, log_key, tsa_root, checkpoint, as_json=as_json))
