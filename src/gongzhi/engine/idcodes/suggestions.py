"""One correction that the check digits prove, or none.

A candidate is *proved* when every check it must pass passes: for a credit code both GB 32100 and GB 11714,
for a person's id GB 11643 and a real birth date. Mistakes are tried in this order, and the first kind that
yields a candidate decides; more than one candidate of that kind means no suggestion:

1. letters that the alphabet does not have, each read as what it looks like (O→0, I→1, Z→2, S→5, V→U or Y);
   one such letter that this does not explain may stand for any character;
2. where the organisation code inside is wrong too: two neighbours swapped (a right swap is proved by both
   checks at once, which chance gives in 2 of 100), then one wrong character;
3. where only the outer check fails: swaps and single characters together. Chance alone proves several of
   these, so that mostly no suggestion is made, which is right: nobody can tell where the fault lies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product

from gongzhi.engine.idcodes.digits import (
    CREDIT_ALPHABET,
    CREDIT_WEIGHTS,
    birth_date,
    is_credit_code,
    is_digits,
    is_organisation_code,
    is_person_id,
)
from gongzhi.engine.idcodes.text import clean

_LOOKS_LIKE = {
    "O": "0",
    "I": "1",
    "Z": "2",
    "S": "5",
    "V": "UY",
    "Q": "0",
    "D": "0",
    "L": "1",
    "B": "8",
    "G": "6",
}
_TRAILING_SIGNS = ".,;:。，；、"
_MOST_ODD_LETTERS = 4
_DIGITS = "0123456789"
_VALUE = {letter: number for number, letter in enumerate(CREDIT_ALPHABET)}
_WEIGHTS = (*CREDIT_WEIGHTS, 1)  # with the check digit the whole is 0 mod 31
_INVERSES = tuple(pow(weight, -1, 31) for weight in _WEIGHTS)


def suggest(text: str) -> str | None:
    """The one credit code that `text` may have been meant to be, proved by both check digits, or None.

    None also for a text that is right already or whose last digits a spreadsheet lost. A sign left behind
    the eighteenth character is dropped.
    """
    code = clean(text)[0].rstrip(_TRAILING_SIGNS)
    if len(code) != 18 or is_person_id(code) or (is_digits(code) and code.endswith("000")):
        return None
    if is_credit_code(code):
        return None if len(clean(text)[0]) == 18 else code
    odd = [at for at, letter in enumerate(code) if letter not in CREDIT_ALPHABET]
    if odd:
        return _only(_odd_letters(code, odd, CREDIT_ALPHABET), _is_likely_code)
    if not is_organisation_code(code[8:17]):
        return _first_of(_is_likely_code, _right_swaps(code), _right_singles(code))
    return _only([*_right_swaps(code), *_right_singles(code)], _is_likely_code)


def suggest_person_id(text: str) -> str | None:
    """The one id that `text` may have been meant to be, proved by check digit and birth date, or None.

    Letters in place of digits are read as what they look like. Where the birth date is no day, a swap or one
    wrong digit inside it is tried. A wrong check digit alone proves nothing: every place could be at fault.
    """
    code = clean(text)[0].rstrip(_TRAILING_SIGNS)
    if len(code) != 18:
        return None
    if is_person_id(code):
        return None if len(clean(text)[0]) == 18 else code
    odd = [at for at, letter in enumerate(code) if letter not in _DIGITS and not (at == 17 and letter == "X")]
    if odd:
        return _only(_odd_letters(code, odd, _DIGITS), is_person_id)
    if birth_date(code[6:14]) is not None:
        return None
    within_date = [*_swaps(code, 5, 14), *_singles(code, range(6, 14), _DIGITS)]
    return _only(within_date, is_person_id)


def _is_likely_code(code: str) -> bool:
    """Proved by both check digits, and shaped like codes that are issued: six digits of division inside."""
    return is_digits(code[2:8]) and is_credit_code(code)


def _only(candidates: Iterable[str], proves: Callable[[str], bool]) -> str | None:
    proved = {candidate for candidate in candidates if proves(candidate)}
    return proved.pop() if len(proved) == 1 else None


def _first_of(proves: Callable[[str], bool], *kinds: Iterable[str]) -> str | None:
    for kind in kinds:
        proved = {candidate for candidate in kind if proves(candidate)}
        if proved:
            return proved.pop() if len(proved) == 1 else None
    return None


def _odd_letters(code: str, odd: list[int], alphabet: str) -> Iterator[str]:
    if len(odd) > _MOST_ODD_LETTERS:
        return
    readings = [_LOOKS_LIKE.get(code[at], "") for at in odd]
    if all(readings):
        for letters in product(*readings):
            yield _with(code, odd, letters)
    elif len(odd) == 1 and code[odd[0]].isascii():
        yield from _singles(code, odd, alphabet)


def _with(code: str, places: list[int], letters: Iterable[str]) -> str:
    out = list(code)
    for at, letter in zip(places, letters, strict=True):
        out[at] = letter
    return "".join(out)


def _swaps(code: str, start: int = 0, stop: int = 18) -> Iterator[str]:
    for at in range(start, stop - 1):
        if code[at] != code[at + 1]:
            yield code[:at] + code[at + 1] + code[at] + code[at + 2 :]


def _right_swaps(code: str) -> Iterator[str]:
    """Swaps of neighbours after which GB 32100 holds; the others need not be written out to be refused."""
    values, fault = _values_and_fault(code)
    for at in range(17):
        change = (_WEIGHTS[at] - _WEIGHTS[at + 1]) * (values[at + 1] - values[at])
        if change and (fault + change) % 31 == 0:
            yield code[:at] + code[at + 1] + code[at] + code[at + 2 :]


def _right_singles(code: str) -> Iterator[str]:
    """Single characters after which GB 32100 holds: one at each place, because 31 is prime."""
    values, fault = _values_and_fault(code)
    for at, value in enumerate(values):
        right = (value - fault * _INVERSES[at]) % 31
        if right != value:
            yield code[:at] + CREDIT_ALPHABET[right] + code[at + 1 :]


def _values_and_fault(code: str) -> tuple[list[int], int]:
    values = [_VALUE[letter] for letter in code]
    return values, sum(v * w for v, w in zip(values, _WEIGHTS, strict=True)) % 31


def _singles(code: str, places: Iterable[int], alphabet: str) -> Iterator[str]:
    for at in places:
        for letter in alphabet:
            if letter != code[at]:
                yield code[:at] + letter + code[at + 1 :]
