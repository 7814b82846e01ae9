# SPDX-License-Identifier: EUPL-1.2
"""Reading what mail told you: each person sees their own."""

from typing import Any

from loket.api.jsonapi.kinds import MOMENT, TEXT, TEXTS, choice
from loket.api.jsonapi.resource import Attribute, Resource, Sort, between, one_of

TOESTANDEN = ("gemaild", "mislukt", "teruggekomen")


def _streams(value: Any, _: object) -> list[str]:
    return [str(each).rpartition("/")[0] for each in value]


MELDINGEN = Resource(
    type="meldingen",
    title="Meldingen per e-mail",
    description="De mails die u van het loket kreeg of had moeten krijgen, en hun afloop.",
    module="meldingen",
    path="/meldingen",
    table="mails",
    projection="meldingen",
    roles=frozenset(),
    scope=("r.bestuur = %(bestuur)s AND r.persoon = %(persoon)s",),
    attributes={
        "over": Attribute(TEXTS, "Stromen waarover de mail ging.", show=_streams),
        "toestand": Attribute(choice(*TOESTANDEN)),
        "reden": Attribute(TEXT, "Waarom het niet lukte, of de statuscode van de terugkomst."),
        "op": Attribute(MOMENT),
        "teruggekomen_op": Attribute(MOMENT, nullable=True),
    },
    filters={
        "toestand": one_of("r.toestand", choice(*TOESTANDEN), "Afloop."),
        **between("op", "r.op", "Gemaild"),
    },
    sorts={"op": Sort("r.op", MOMENT)},
    order="-op",
)

RESOURCES = (MELDINGEN,)
