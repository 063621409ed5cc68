"""Forms of the editor: a resource and its columns by hand, every other kind from its model."""

from .entries import EntryForm, RuleForm
from .resource import (
    AboutForm,
    AnswerForm,
    BindingForm,
    ColumnForm,
    NewPieceForm,
    NewResourceForm,
    ReasonForm,
    SubmitForm,
    SuggestionForm,
    TextsForm,
    ValueForm,
)

__all__ = [
    "AboutForm", "AnswerForm", "BindingForm", "ColumnForm", "EntryForm", "NewPieceForm", "NewResourceForm",
    "ReasonForm", "RuleForm", "SubmitForm", "SuggestionForm", "TextsForm", "ValueForm",
]  # fmt: skip
