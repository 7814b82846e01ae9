# SPDX-License-Identifier: EUPL-1.2
"""Full-text search over what every module says, and over the text of its attachments.

A thing has a row for each group of besturen that sees it differently: the draft of its owner, what
was sent to who opened it, the envelope for who did not. A bestuur is in `voor` of at most one of
them, so a search that asks for its own rows can find nothing else.

The rows are a function of the log; the text of files, which follows from the files, is added to
them as it becomes known (`bijlagen`).

vondst (what a module offers) ← toezicht, berichten → bronnen → fill → PROJECTION; find reads
"""

from loket.projections import Projection
from loket.projections.zoeken.fill import apply, settle

PROJECTION = Projection(
    "zoeken", ("zoeken_stromen", "zoeken", "zoeken_bestanden", "zoeken_namen"), apply, settle
)
