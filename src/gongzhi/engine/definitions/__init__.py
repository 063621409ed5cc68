"""Read definitions/ into frozen objects; refuse what is not understood.

`load(folder)` gives one `Definitions`, or a DefinitionError that names every fault with file and
line. The kinds of definition and their keys are the models of this part; design.md 4 is their source.
"""

from .agreement import Agreement
from .announcement import NoSuchDay, read_announcement
from .contents import Definitions, RuleFolder
from .duty import Clause, CollaborationItem, Frequency, GridTask
from .folder import contents_of, digest_of, load, load_contents, load_once, understood
from .growth import only_grew
from .history import (
    AgreesWithRegister,
    HistoryCheck,
    NearDuplicate,
    PresentElsewhere,
    RowsExample,
    Seasonal,
    StockAndFlow,
)
from .holidays import Holiday, Holidays, HolidayYear, roll_on
from .law import Basis, Case, DatedValue, Evidence, Parameter, Rule, Side
from .organisation import Cell, District, Member, Post, Unit, UnitKind
from .purpose import REVEAL, Purpose, Quota
from .register import RegisterSource
from .resource import (
    AnyOf,
    Check,
    Field,
    FieldType,
    Needs,
    Order,
    Party,
    Product,
    Resource,
    Sensitivity,
    Sheet,
    Total,
    Use,
)
from .scores import Measure, ScoreItem
from .strict import DefinitionError, Problem, in_words
from .words import Duty, Finding, Role, Term
from .work import ASSIGNEE, FormField, Ladder, LetterTemplate, ReminderStep, WorkKind

__all__ = [
    "ASSIGNEE", "REVEAL", "Agreement", "AgreesWithRegister", "AnyOf", "Basis", "Case", "Cell", "Check",
    "Clause", "CollaborationItem", "DatedValue", "DefinitionError", "Definitions", "District", "Duty",
    "Evidence", "Field", "FieldType", "Finding", "FormField", "Frequency", "GridTask", "HistoryCheck",
    "Holiday", "HolidayYear", "Holidays", "Ladder", "LetterTemplate", "Measure", "Member", "NearDuplicate",
    "Needs", "NoSuchDay", "Order", "Parameter", "Party", "Post", "PresentElsewhere", "Problem", "Product",
    "Purpose", "Quota", "RegisterSource", "ReminderStep", "Resource", "Role", "RowsExample", "Rule",
    "RuleFolder", "ScoreItem", "Seasonal", "Sensitivity", "Sheet", "Side", "StockAndFlow", "Term", "Total",
    "Unit", "UnitKind", "Use", "WorkKind", "contents_of", "digest_of", "in_words", "load", "load_contents",
    "load_once", "only_grew", "read_announcement", "roll_on", "understood",
]  # fmt: skip
