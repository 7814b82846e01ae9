# SPDX-License-Identifier: EUPL-1.2
"""What reference data is made of: code lists, dossiertypes, routing rules and besturen.

Everything is data with validity dates, frozen once read. Dates are inclusive at both ends; an
absent date leaves that end open, except that a meldingsregel without a first day never applies.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from loket.reference.conditions import ALWAYS, Alle, Condition, VeldIn
from loket.reference.feestdagen import Kalender
from loket.reference.geldigheid import ALTIJD, Geldigheid
from loket.reference.relaties import CENTRAAL_BESTUUR, Relatie, Relaties
from loket.reference.termijnen import Termijnregel
from loket.reference.werkverdeling import Team, Toezichtsvorm, Zaak

Ernst = Literal["fout", "waarschuwing"]
"""Whether a broken rule stops a sending or is only doubtful."""

Groepering = Literal["elk", "een", "geheel"]
"""What a rule on a list asks: every value keeps it, at least one does, or the list as a whole."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One value of a code list; `notatie` is its short code, when it has one."""

    uri: str
    label: str
    notatie: str = ""
    geldig: Geldigheid = ALTIJD


@dataclass(frozen=True, slots=True)
class Codelijst:
    """A code list by its key in this product and its official concept scheme (URI)."""

    sleutel: str
    uri: str
    label: str
    concepten: Mapping[str, Concept]

    def concept(self, uri: str, op: date) -> Concept | None:
        """The concept when it belongs to this list and is valid on that day."""
        concept = self.concepten.get(uri)
        return concept if concept and concept.geldig.op(op) else None

    def find(self, name: str) -> Concept | None:
        """The concept with this URI, short code or label."""
        return self.concepten.get(name) or next(
            (c for c in self.concepten.values() if name in (c.notatie, c.label)), None
        )


@dataclass(frozen=True, slots=True)
class Regel:
    """A rule on the value of one field: its kind (see `values.RULES`) and its bound.

    `melding` says how to meet it (Dutch), instead of what the kind says by itself.
    """

    soort: str
    waarde: str | int | bool | tuple[str, ...] = ""
    ernst: Ernst = "fout"
    melding: str = ""
    groepering: Groepering = "elk"


@dataclass(frozen=True, slots=True)
class Veld:
    """A field of a form.

    `pad` is the RDF path from the dossier to the value: IRIs, `^` before one that is followed
    backwards. The field applies when `als` holds; when it does and `verplicht`, it must be
    filled in. One name may occur several times in a form, under different conditions.
    """

    naam: str
    label: str
    datatype: str
    pad: tuple[str, ...]
    codelijst: Codelijst | None = None
    regels: tuple[Regel, ...] = ()
    verplicht: bool = False
    als: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Bijlagenregel:
    """What must be attached when `als` holds: a link, or a link or file; files if `bestanden`."""

    vereist: Literal["link", "link_of_bestand", ""]
    bestanden: bool = True
    als: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Verbod:
    """A rule across fields, broken when `als` holds; `melding` says how to meet it (Dutch)."""

    regel: str
    als: Condition
    velden: tuple[str, ...]
    melding: str
    ernst: Ernst = "fout"


@dataclass(frozen=True, slots=True)
class Meldingsregel:
    """Which classes of government must report a type, and when (lblodBesluit:notificationRule).

    `statussen` restricts it to besturen in one of these states (URIs); empty is no restriction.
    Without `meldplicht` (lblodBesluit:obligationToReport) nothing has to be, or can be, sent.
    `kanalen` (odrl:target) are the systems the rule is meant for.
    """

    uri: str
    klassen: frozenset[str]
    geldig: Geldigheid
    statussen: frozenset[str] = frozenset()
    meldplicht: bool = True
    kanalen: frozenset[str] = frozenset({"loket", "centrale-vindplaats"})

    def covers(self, klasse: str, op: date, status: str = "") -> bool:
        """True when a bestuur of this class and state falls under the rule on that day."""
        return (
            klasse in self.klassen
            and self.meldplicht
            and self.geldig.van is not None
            and self.geldig.op(op)
            and (not self.statussen or status in self.statussen)
        )


@dataclass(frozen=True, slots=True)
class Vlaggen:
    """Where dossiers of a type go besides their recipients, as in the loket of today.

    `kalliope` (K): to the mail room of ABB; `openbaar` (P): to the public feed; `erediensten` (W):
    to the databank erediensten; `buiten_export` (X): not to the supervisors of ABB when sent by
    one of these classes (URIs).
    """

    kalliope: bool = False
    openbaar: bool = False
    erediensten: bool = False
    buiten_export: frozenset[str] = frozenset()

    def codes(self) -> str:
        """The flags that are set, by their letters."""
        flags = (self.kalliope, self.openbaar, self.erediensten, bool(self.buiten_export))
        return " ".join(code for code, is_set in zip("KPWX", flags, strict=True) if is_set)


@dataclass(frozen=True, slots=True)
class Dossiertype:
    """A type of dossier: who may send it and what its form asks.

    Without a `formulier` a type of the past can only be read. `te_bevestigen` says what a jurist,
    or the agency, still has to confirm about it (Dutch).
    """

    uri: str
    label: str
    meldingsregels: tuple[Meldingsregel, ...]
    velden: tuple[Veld, ...]
    bijlagen: tuple[Bijlagenregel, ...]
    regels: tuple[Verbod, ...] = ()
    vlaggen: Vlaggen = Vlaggen()
    formulier: bool = True
    te_bevestigen: str = ""

    def meldingsregel(self, klasse: str, op: date, status: str = "") -> Meldingsregel | None:
        """The rule by which this class may send the type on that day, if any."""
        if not self.formulier:
            return None
        return next((r for r in self.meldingsregels if r.covers(klasse, op, status)), None)


@dataclass(frozen=True, slots=True)
class Orgaanregel:
    """Which bestuursorganen (URIs of their class) besturen of these classes (URIs) have."""

    id: str
    klassen: frozenset[str]
    organen: frozenset[str]
    geldig: Geldigheid


@dataclass(frozen=True, slots=True)
class Route:
    """A routing rule: who receives what fits `als`. Its id changes with its content.

    `rollen` and `indien_bekend` name roles (see `routering.ROLLEN`): one of the first that nobody
    has is a reason not to send, one of the second is left out. They are relative to the sender,
    or to the worship bodies the dossier is about when `over` is "eenheid". With
    `centraal_bestuur` it fits only those that have (or have not) an active central board. With
    `met_verwijzingen` the dossiers referred to are forwarded to the same recipients.
    `subgroepen` are the teams of ABB that are concerned as well. `dossiertypes` are the only ones
    that `als` can hold for, when that is certain: to pass over the rule at once.
    """

    id: str
    omschrijving: str
    geldig: Geldigheid
    rollen: tuple[str, ...]
    als: Condition = ALWAYS
    indien_bekend: tuple[str, ...] = ()
    over: Literal["verzender", "eenheid"] = "verzender"
    centraal_bestuur: bool | None = None
    met_verwijzingen: bool = False
    subgroepen: tuple[str, ...] = ()
    dossiertypes: frozenset[str | int | bool] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        parts = self.als.delen if isinstance(self.als, Alle) else (self.als,)
        asked = [p.waarden for p in parts if isinstance(p, VeldIn) and p.wel]
        object.__setattr__(self, "dossiertypes", asked[0] if asked else frozenset())


@dataclass(frozen=True, slots=True)
class Verwijsregel:
    """Which dossiers (type, class of author) one of a type and class may refer to.

    `relatie` is what ties the two besturen: the sender is the central board of the author, or an
    authority involved with it. With `langs_centraal_bestuur` an author that has a central board
    is reached through a dossier of that board.
    """

    id: str
    omschrijving: str
    geldig: Geldigheid
    dossiertype: str
    klassen: frozenset[str]
    naar: str
    klasse: str
    relatie: Literal["deelbestuur", "betrokken"]
    langs_centraal_bestuur: bool = False


@dataclass(frozen=True, slots=True)
class Bestuur:
    """A bestuurseenheid. All but the name are URIs or codes; empty when not known."""

    uri: str
    naam: str
    klasse: str
    status: str = ""
    kbo: str = ""
    ovo: str = ""
    nis: str = ""
    werkingsgebied: str = ""
    provincie: str = ""
    werkingsgebied_naam: str = ""
    provincie_naam: str = ""


ACTIEF = "http://lblod.data.gift/concepts/63cc561de9188d64ba5840a42ae8f0d6"


@dataclass(frozen=True, slots=True)
class Reference:
    """All reference data of one moment; `version` names its content.

    `besturen` are the known boards by URI, and `relaties` what they are to each other: those
    shipped with the product until `with_besturen` brings in the register's. `bron` is the JSON
    it was read from, by file. `gefuseerd` has, by URI, the first day (ISO) on which a bestuur no
    longer existed.
    """

    version: str
    codelijsten: Mapping[str, Codelijst]
    dossiertypes: Mapping[str, Dossiertype]
    routering: tuple[Route, ...]
    besturen: Mapping[str, Bestuur] = field(default_factory=dict)
    gefuseerd: Mapping[str, str] = field(default_factory=dict)
    organen: tuple[Orgaanregel, ...] = ()
    termijnregels: Mapping[str, Termijnregel] = field(default_factory=dict)
    kalender: Kalender = field(default_factory=lambda: Kalender("", ()))
    teams: Mapping[str, Team] = field(default_factory=dict)
    toezichttermijnen: tuple[Toezichtsvorm, ...] = ()
    goedkeuringen: tuple[Toezichtsvorm, ...] = ()
    bron: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    relaties: Relaties = field(default_factory=Relaties)
    verwijsregels: tuple[Verwijsregel, ...] = ()

    def with_besturen(
        self,
        besturen: Mapping[str, Bestuur],
        relaties: Mapping[str, tuple[Relatie, ...]] | None = None,
        gefuseerd: Mapping[str, str] | None = None,
    ) -> "Reference":
        """The same, with these besturen and relations added (a known URI is replaced)."""
        return replace(
            self,
            besturen={**self.besturen, **besturen},
            relaties=self.relaties.joined(relaties) if relaties else self.relaties,
            gefuseerd={**self.gefuseerd, **(gefuseerd or {})},
        )

    def dossiertypes_for(self, klasse: str, op: date, status: str = "") -> list[Dossiertype]:
        """The types a bestuur of this class may send on that day, by label."""
        offered = (t for t in self.dossiertypes.values() if t.meldingsregel(klasse, op, status))
        return sorted(offered, key=lambda t: t.label)

    def centraal_bestuur(self, uri: str, op: date) -> str:
        """The active central board of a worship body on that day, or empty."""
        for found in self.relaties.anderen(uri, op, CENTRAAL_BESTUUR):
            bestuur = self.besturen.get(found)
            if bestuur is None or bestuur.status in {"", ACTIEF}:
                return found
        return ""

    def klassecode(self, klasse: str) -> str:
        """The short code of a class of government (URI), or empty."""
        concept = self.codelijsten["bestuurseenheid-classificatie"].concepten.get(klasse)
        return concept.notatie if concept else ""

    def zaak(self, dossiertype: str, bestuur: str, klasse: str, ontvanger: str) -> Zaak:
        """The case of a dossier that this bestuur, of this class, sent to this recipient."""
        sender, recipient = self.besturen.get(bestuur), self.besturen.get(ontvanger)
        return Zaak(
            dossiertype=dossiertype,
            klasse=klasse,
            provincie=sender.provincie if sender else "",
            ontvanger=ontvanger,
            ontvanger_klasse=recipient.klasse if recipient else "",
        )

    def team(self, zaak: Zaak, op: date) -> Team | None:
        """The first team of the recipient that treats such a case on that day, if any."""
        teams = (t for t in self.teams.values() if t.bestuur == zaak.ontvanger)
        return next((t for t in teams if t.geldig.op(op) and zaak.fits(t.als)), None)

    def toezichttermijn(self, zaak: Zaak, op: date) -> str:
        """The id of the rule by which supervision on such a case is limited in time, if any."""
        forms = (v for v in self.toezichttermijnen if v.geldig.op(op) and zaak.fits(v.als))
        return next((v.regel for v in forms), "")

    def goedkeuring(self, zaak: Zaak, op: date) -> bool:
        """True when such a case needs the approval of its recipient."""
        return any(v.geldig.op(op) and zaak.fits(v.als) for v in self.goedkeuringen)

    def of_the_register(self, other: "Reference") -> "Reference":
        """The same, with what the register of besturen says in the other."""
        return replace(
            self, besturen=other.besturen, relaties=other.relaties, gefuseerd=other.gefuseerd
        )

    def organen_van(self, klasse: str, op: date) -> frozenset[str] | None:
        """The organs a bestuur of this class has on that day; None when that is not known."""
        fitting = [r for r in self.organen if klasse in r.klassen]
        if not fitting:
            return None
        return frozenset().union(*(r.organen for r in fitting if r.geldig.op(op)))

    def full_name(self, bestuur: Bestuur) -> str:
        """`Gemeente Aalst`: class and name, the class once where the name begins with it."""
        label = self.label(bestuur.klasse)
        if bestuur.naam.casefold().startswith(label.casefold()):
            return bestuur.naam
        return f"{label} {bestuur.naam}"

    def label(self, uri: str) -> str:
        """The label of a concept, dossiertype or bestuur; the URI itself when unknown."""
        if known := self.dossiertypes.get(uri):
            return known.label
        if bestuur := self.besturen.get(uri):
            return bestuur.naam
        lists = (c.concepten.get(uri) for c in self.codelijsten.values())
        return next((c.label for c in lists if c), uri)
