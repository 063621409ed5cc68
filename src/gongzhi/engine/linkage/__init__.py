"""Which taxpayer a row is about, and how sure."""

from .decisions import DIFFERENT, SAME, row_keys
from .explaining import Explanation, explain
from .linking import Links, link
from .names import NameParts, split_name, split_names
from .register import Register, RegisterError
from .text import canonical, normalise, plain, plain_names
from .vocabulary import Vocabulary, VocabularyError, load_vocabulary

__all__ = [
    "DIFFERENT",
    "SAME",
    "Explanation",
    "Links",
    "NameParts",
    "Register",
    "RegisterError",
    "Vocabulary",
    "VocabularyError",
    "canonical",
    "explain",
    "link",
    "load_vocabulary",
    "normalise",
    "plain",
    "plain_names",
    "row_keys",
    "split_name",
    "split_names",
]
