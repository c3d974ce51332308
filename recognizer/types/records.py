"""What is made of a source: projects with their facts, each with the evidence for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from recognizer.types.tables import Period, Place


@dataclass(frozen=True, slots=True)
class Signals:
    """How sure each step was of a fact, as probabilities from 0 to 1.

    `role`, `period` and `join` are those of its least sure cell; `together` is the product of all three over all its cells.
    `level` is how well an indicator's name speaks for the level it is placed under, `read` the probability that all characters
    of the fact were recognised rightly where it was scanned.
    """

    role: float = 1.0
    period: float = 1.0
    join: float = 1.0
    together: float = 1.0
    level: float = 1.0
    read: float = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a fact may be trusted: where it stands, how sure it is, how it was come by, which checks fired.

    `signals` are what the confidence is made of; `reasons` name what lowered it, the most important first. `accepted` says
    whether an error budget accepts the fact unseen, None where none was asked.
    """

    at: tuple[Place, ...] = ()
    confidence: float = 1.0
    provenance: str = "printed"  # printed, inherited, inferred or corrected
    doubts: tuple[str, ...] = ()
    signals: Signals = Signals()
    reasons: tuple[str, ...] = ()
    accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a value's text says, taken apart by the rules of eval/gold/VALUES.md."""

    kind: str  # quantity, date, qualitative, mixed or not_applicable
    comparator: str | None = None
    quantity: float | None = None
    quantity_high: float | None = None
    unit: str | None = None
    quantity_si: float | None = None
    unit_si: str | None = None
    date: str | None = None
    qualitative: str | None = None


@dataclass(frozen=True, slots=True)
class Canonical:
    """An entry of the controlled vocabulary and how well a name matches it (0 to 1)."""

    id: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Value:
    """A target value of one period, as printed and taken apart."""

    period: Period
    text: str
    evidence: Evidence = Evidence()
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """A performance indicator. `level1` and `level2` are canonical, `*_raw` as printed, None where lost.

    `number` is the one that the form prints in front of its name, which is no part of it.
    """

    level1: str | None
    level2: str | None
    name: str | None
    values: tuple[Value, ...] = ()
    level1_raw: str | None = None
    level2_raw: str | None = None
    standard: str | None = None
    extra: tuple[tuple[str, str], ...] = ()
    evidence: Evidence = Evidence()
    level1_provenance: str = "printed"
    level2_provenance: str = "printed"
    name_provenance: str = "printed"
    canonical: Canonical | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Fund:
    """An amount of money: `path` is the chain of labels from the outermost to `item`; `canonical` is the concept's id."""

    item: str
    path: tuple[str, ...]
    period: Period
    raw: str
    amount: float | None
    evidence: Evidence = Evidence()
    amount_yuan: float | None = None
    canonical: str | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal text; `kind` is the period it is set for."""

    kind: Period
    text: str
    evidence: Evidence = Evidence()


@dataclass(frozen=True, slots=True)
class Attribute:
    """A labelled text of the form's head, such as 实施单位 (the implementing unit); `canonical` is the label's concept."""

    key: str
    text: str
    evidence: Evidence = Evidence()
    canonical: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """All facts of one project (or of a whole department, where the table is a department's)."""

    name: str | None
    fiscal_year: int | None = None
    attributes: tuple[Attribute, ...] = ()
    funds: tuple[Fund, ...] = ()
    goals: tuple[Goal, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    evidence: Evidence = Evidence()


@dataclass(frozen=True, slots=True)
class Total:
    """A total row of a wide table."""

    name: str
    funds: tuple[Fund, ...] = ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """Conservation of words on one page: how many it prints, and what became of them.

    `lost` are in no cell or fact, `doubled` in more than one, `invented` in one but not on the page; `remainder` are the texts
    that should be facts and are none. `inside` counts the words in tables, `left` those of the remainder, `prose` those in tables
    that were taken for prose.
    """

    words: int = 0
    lost: int = 0
    doubled: int = 0
    invented: int = 0
    remainder: str = ""
    inside: int = 0
    left: int = 0
    prose: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """The nearest layout known from training, the distance to it (0 to 1), and whether that is unlike everything known.

    `drawn` says whether most cells stand in tables with drawn columns and not in text dumps.
    """

    nearest: str = ""
    distance: float = 0.0
    strange: bool = False
    drawn: bool = True


@dataclass(frozen=True, slots=True)
class Records:
    """Everything recognised in one document."""

    source: str
    city: str | None = None
    publisher: str | None = None
    fiscal_year: int | None = None
    amount_unit: str | None = None
    projects: tuple[Project, ...] = ()
    totals: tuple[Total, ...] = ()
    warnings: tuple[str, ...] = ()
    pages: tuple[Ledger, ...] = ()
    model: str = ""
    options: tuple[tuple[str, str], ...] = field(default=())
    layout: Layout | None = None
