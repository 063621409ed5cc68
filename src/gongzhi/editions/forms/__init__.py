"""Forms of the editor: a resource and its columns by hand, every other kind from its model."""

from .entries import CellForm, EntryForm, RuleForm, TableForm
from .holidays import AnnouncementForm, HolidayYearForm
from .resource import (
    AboutForm,
    AnswerForm,
    BindingForm,
    CarriedForm,
    ColumnForm,
    NewPieceForm,
    NewResourceForm,
    ReasonForm,
    SubmitForm,
    SuggestionForm,
    TextsForm,
    ValueForm,
)
from .together import DecideTogetherForm, SubmitTogetherForm

__all__ = [
    "AboutForm", "AnnouncementForm", "AnswerForm", "BindingForm", "CarriedForm", "CellForm", "ColumnForm",
    "DecideTogetherForm", "EntryForm", "HolidayYearForm", "NewPieceForm", "NewResourceForm", "ReasonForm",
    "RuleForm",
    "SubmitForm", "SubmitTogetherForm", "SuggestionForm", "TableForm", "TextsForm", "ValueForm",
]  # fmt: skip
