# SPDX-License-Identifier: EUPL-1.2
"""`python -m loket.cli`."""

from loket.cli import main

main()
