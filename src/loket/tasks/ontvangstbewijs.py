# SPDX-License-Identifier: EUPL-1.2
"""The ontvangstbewijs: once a sending has its final stamp, its sender gets a receipt by mail.

That the mail server took it, or why not, becomes a fact of the dossier. Between handing over the
mail and recording it a crash may cause a second copy, with the same Message-ID; never a second
fact. Besluit of 20 April 2018: the sender can consult the registered moments.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from email.message import EmailMessage

from loket.domain.toezicht import MODULE
from loket.domain.toezicht.words import (
    BesluitVerzonden,
    OntvangstbewijsGemaild,
    OntvangstbewijsMislukt,
    OntvangstbewijsRegistreren,
)
from loket.evidence.entry import Recorded
from loket.mail import MailRefused, MailUnavailable, compose
from loket.tasks.reaction import Cause, Reaction, Tools, TryLater, answer, derived, history
from loket.tasks.receipt import Sending, text

NAME = "ontvangstbewijs"


async def run(tools: Tools, cause: Cause, last: bool) -> None:
    """Mails the receipt of one sending and records the outcome; raises TryLater."""
    past = await history(tools, cause)
    sending = past[cause.seq]
    if not isinstance(sending.fact, BesluitVerzonden) or sending.actor is None:
        return  # Its content was destroyed: there is nobody left to tell.
    message_id = f"{derived(NAME, cause)}@{tools.host}"
    if _mailed(past, message_id):
        return
    address = sending.actor.email
    digest = hashlib.sha256(address.encode()).hexdigest()
    try:
        if not address:
            raise MailRefused("De verzender heeft geen e-mailadres opgegeven.")
        message = await _message(tools, past, cause, message_id)
        await asyncio.to_thread(tools.mailer.send, message)
    except (MailRefused, MailUnavailable) as problem:
        if isinstance(problem, MailUnavailable) and not last:
            raise TryLater(str(problem)) from None
        failed = OntvangstbewijsMislukt(digest, str(problem))
        await answer(tools, cause, f"{NAME}/mislukt", MODULE, cause.id, failed)
        return
    mailed = OntvangstbewijsRegistreren(digest, message_id)
    await answer(tools, cause, f"{NAME}/gemaild", MODULE, cause.id, mailed)


def _mailed(past: Sequence[Recorded], message_id: str) -> bool:
    return any(
        isinstance(recorded.fact, OntvangstbewijsGemaild) and recorded.fact.bericht_id == message_id
        for recorded in past
    )


async def _message(
    tools: Tools, past: Sequence[Recorded], cause: Cause, message_id: str
) -> EmailMessage:
    sending = past[cause.seq]
    assert sending.actor is not None
    stamp = await tools.stamp(sending.position)
    if stamp is None:
        raise TryLater("Er is nog geen tijdstempel.")
    reference = tools.write.reference()
    receipt = Sending.of(sending, past, stamp, reference)
    return compose(
        tools.sender,
        sending.actor.email,
        " ".join(f"Ontvangstbewijs: {receipt.dossiertype} ({receipt.bestuur})".split()),
        text(receipt, tools.url, tools.qualified),
        message_id,
        tools.write.now(),
    )


REACTION = Reaction(NAME, frozenset({"toezicht.BesluitVerzonden"}), run, stamped=True)
