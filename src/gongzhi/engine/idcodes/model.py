"""What a text in a code column turned out to be."""

from __future__ import annotations

from dataclasses import dataclass

KINDS: tuple[str, ...] = (
    "credit_code",  # 18 characters, GB 32100 and the GB 11714 code inside both right
    "old_tax_number",  # 15 characters: 6-digit region + organisation code with a right check digit
    "old_number",  # 15 digits: an old tax number or an old registration number, nobody can say which
    "organisation_code",  # 9 characters, GB 11714 right; written with or without a hyphen
    "registration_number",  # 13 digits: a registration number of the time before check digits
    "person_id",  # 18 characters, GB 11643 right, with a real birth date
    "person_id_15",  # 15 digits of the first generation: no check digit, a real birth date
    "other_id",  # permanent residence id of a foreigner, 18 (9xx…) or 15 characters (3 letters + 12 digits)
    "other_document",  # looks like a passport, travel permit or officer's card; nothing to prove it by
    "empty",
    "invalid",
)
"""Every kind; the position of a kind is its number in `KIND_ENUM`."""

REASONS: tuple[str, ...] = (
    "",  # nothing wrong
    "empty",  # nothing written
    "empty_word",  # a word or sign that means "none" (-, 无, 非独立法人, 111)
    "check_digit",  # the last character does not fit the others
    "organisation_check",  # the organisation code inside does not fit its own check digit (GB 11714)
    "digits_lost",  # a spreadsheet turned the number into a float: the last digits are gone
    "illegal_character",
    "length",
    "birth_date",  # the eight digits of the birth date are not a day
    "masked",  # stars in place of digits
    "credit_code",  # a right credit code where a person's id belongs
)
"""Every reason; the position of a reason is its number in `REASON_ENUM`."""

REPAIRS: tuple[str, ...] = ("case", "blanks", "width", "apostrophe", "hyphen", "decimal")
"""Every repair that a text may have needed; a hyphen taken out of an organisation code is one too."""


@dataclass(frozen=True, slots=True)
class Code:
    """The verdict on one text.

    `value` is the canonical form (upper case, half width, no blanks) and None for `empty` and `invalid`.
    `organisation_code` are the nine characters that join old numbers to credit codes, where the text
    carries them and they pass GB 11714. `suggestion` is the one candidate that the check digits prove.
    """

    value: str | None
    kind: str
    reason: str = ""
    organisation_code: str | None = None
    repairs: tuple[str, ...] = ()
    suggestion: str | None = None

    @property
    def valid(self) -> bool:
        """True when the text can be kept as what `kind` says."""
        return self.kind not in {"empty", "invalid"}
