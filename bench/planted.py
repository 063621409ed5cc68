"""A table of 12 columns with planted faults of 18 kinds, and the truth about them.

Every value is invented: credit codes carry right check digits over random letters, persons' ids lie in a
province (88) that does not exist, phones are random. Each bad row has exactly one fault, so that the truth
is one cell a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from gongzhi.engine.definitions import Resource, Sheet
from gongzhi.engine.idcodes import make_person_id
from gongzhi.engine.idcodes.digits import (
    CREDIT_ALPHABET,
    CREDIT_WEIGHTS,
    ORGANISATION_ALPHABET,
    ORGANISATION_WEIGHTS,
    PERSON_CHECKS,
    PERSON_WEIGHTS,
    is_credit_code,
)

PERIOD = "2026Q1"
_KINDS_OF_CONTRACT = ("新签", "续签", "变更", "终止")
_DEFINITION = {
    "number": "99.9", "code": "planted_contracts", "title": "合同信息（测试）", "providers": ["water"],
    "clause": "附件2第15项", "frequency": "季后15日内", "since": "2021-06-10",
    "document": "越政办发〔2021〕45号",
    "key": ["number"],
    "checks": [{"kind": "order", "earlier": "signed", "later": "ends"}],
    "fields": [
        {"key": "number", "title": "合同编号", "type": "certificate", "required": True,
         "pattern": r"HT\d{12}"},
        {"key": "code", "title": "统一社会信用代码", "type": "credit_code", "required": True},
        {"key": "name", "title": "单位名称", "type": "name", "required": True, "max_length": 60},
        {"key": "person", "title": "经办人身份证号码", "type": "person_id"},
        {"key": "signed", "title": "签订日期", "type": "date", "in_period": True},
        {"key": "ends", "title": "到期日期", "type": "date"},
        {"key": "amount", "title": "合同金额", "type": "money", "unit": "元", "minimum": 0},
        {"key": "area", "title": "面积", "type": "area"},
        {"key": "kind", "title": "合同类别", "type": "enum", "values": list(_KINDS_OF_CONTRACT)},
        {"key": "phone", "title": "联系电话", "type": "phone", "sensitivity": "business"},
        {"key": "heads", "title": "人数", "type": "count", "maximum": 1000},
        {"key": "address", "title": "地址", "type": "address"},
    ],
}  # fmt: skip
Columns = dict[str, npt.NDArray[np.str_]]
Fault = Callable[[str, Columns, int], str]


@dataclass(frozen=True)
class Planted:
    """`texts`: the table under its headings. `truth`: row (1-based in the sheet), field and code, sorted."""

    resource: Resource
    sheet: Sheet
    texts: pl.DataFrame
    truth: pl.DataFrame


def planted(rows: int, share: float, *, seed: int = 1, person: bool = True) -> Planted:
    """A table with `share` of its rows bad. Without `person` the id column holds a second area instead."""
    random = np.random.default_rng(seed)
    resource = Resource.model_validate(definition(person=person))
    sheet = resource.sheets[0]
    columns = _clean(random, rows, person=person)
    kinds = [kind for kind in _FAULTS if person or kind[0] != "person"]
    bad = np.sort(random.choice(rows - 1, size=round(rows * share), replace=False)) + 1
    lists = {key: values.astype(object) for key, values in columns.items()}
    truth = []
    for number, row in enumerate(bad.tolist()):
        field, code, fault = kinds[number % len(kinds)]
        lists[field][row] = fault(str(lists[field][row]), columns, row)
        truth.append((row + 2, field, code))
    titles = {field.key: field.title for field in sheet.fields}
    texts = pl.DataFrame(
        {titles[key]: pl.Series(values.tolist(), dtype=pl.String) for key, values in lists.items()}
    )
    schema = {"row": pl.UInt32, "field": pl.String, "code": pl.String}
    return Planted(resource, sheet, texts, pl.DataFrame(truth, schema, orient="row"))


def definition(*, person: bool) -> dict[str, object]:
    """The resource as a definitions file writes it."""
    fields = [dict(field) for field in _DEFINITION["fields"]]  # type: ignore[attr-defined, call-overload]  # a list of dicts
    if not person:
        fields[3] = {"key": "person", "title": "建筑面积", "type": "area"}
    return {**_DEFINITION, "fields": fields}


def _clean(random: np.random.Generator, rows: int, *, person: bool) -> Columns:
    signed = np.datetime64("2026-01-01") + random.integers(0, 90, rows)
    serials = np.arange(rows)
    hundredths = random.integers(100, 10**9, rows)
    return {
        "number": np.char.add("HT2026", np.char.zfill(serials.astype(str), 8)),
        "code": _credit_codes(random, rows),
        "name": np.char.add(np.char.add("越山第", serials.astype(str)), "贸易有限公司"),
        "person": _person_ids(random, rows) if person else _decimals(random.integers(100, 10**6, rows)),
        "signed": signed.astype(str),
        "ends": (signed + random.integers(1, 700, rows)).astype(str),
        "amount": _decimals(hundredths),
        "area": _decimals(random.integers(100, 10**6, rows)),
        "kind": np.array(_KINDS_OF_CONTRACT)[random.integers(0, 4, rows)],
        "phone": np.char.add("138", np.char.zfill(random.integers(0, 10**8, rows).astype(str), 8)),
        "heads": random.integers(0, 500, rows).astype(str),
        "address": np.char.add(
            np.char.add("越山市镜湖街道人民路", random.integers(1, 2000, rows).astype(str)), "号"
        ),
    }


def _decimals(hundredths: npt.NDArray[np.int64]) -> npt.NDArray[np.str_]:
    whole, rest = (hundredths // 100).astype(str), np.char.zfill((hundredths % 100).astype(str), 2)
    return np.char.add(np.char.add(whole, "."), rest)


def _credit_codes(random: np.random.Generator, rows: int) -> npt.NDArray[np.str_]:
    letters = np.array(list(CREDIT_ALPHABET))
    values = np.array([ORGANISATION_ALPHABET.index(letter) for letter in CREDIT_ALPHABET])
    inside = random.integers(0, 31, (rows, 8))
    check = -(values[inside] @ np.array(ORGANISATION_WEIGHTS)) % 11
    check = np.where(check == 10, CREDIT_ALPHABET.index("X"), check)
    head = np.tile([CREDIT_ALPHABET.index(letter) for letter in "91330602"], (rows, 1))
    body = np.concatenate([head, inside, check[:, None]], axis=1)
    last = -(body @ np.array(CREDIT_WEIGHTS)) % 31
    codes = np.ascontiguousarray(letters[np.concatenate([body, last[:, None]], axis=1)])
    return codes.view(f"U{codes.shape[1]}").ravel()


def _person_ids(random: np.random.Generator, rows: int) -> npt.NDArray[np.str_]:
    born = random.integers(1950, 2005, rows) * 10_000 + random.integers(1, 13, rows) * 100
    born += random.integers(1, 29, rows)
    first = np.char.add(
        np.char.add("880000", born.astype(str)), np.char.zfill(random.integers(0, 1000, rows).astype(str), 3)
    )
    digits = np.frombuffer("".join(first.tolist()).encode(), np.uint8).reshape(rows, 17) - 48
    return np.char.add(first, np.array(list(PERSON_CHECKS))[(digits @ np.array(PERSON_WEIGHTS)) % 11])


def _other(letter: str, letters: str) -> str:
    """The letter after this one, the first after the last."""
    return letters[(letters.find(letter) + 1) % len(letters)]


def _wrong_last(code: str) -> str:
    return code[:17] + _other(code[17], CREDIT_ALPHABET)


def _wrong_inside(code: str) -> str:
    """The organisation code inside is wrong, the outer check digit right."""
    body = code[:16] + _other(code[16], "0123456789X")
    total = sum(
        CREDIT_ALPHABET.index(letter) * weight for letter, weight in zip(body, CREDIT_WEIGHTS, strict=True)
    )
    return body + CREDIT_ALPHABET[-total % 31]


def _letter_o(code: str) -> str:
    return code.replace("0", "O", 1)


def _wrong_person(code: str) -> str:
    """A wrong check digit that does not happen to make a right credit code, or look like lost digits."""
    letter = code[17]
    while True:
        letter = _other(letter, "123456789X")
        if letter != code[17] and not is_credit_code(code[:17] + letter):
            return code[:17] + letter


def _no_such_birthday(code: str) -> str:
    for serial in range(int(code[14:17]), int(code[14:17]) + 100):
        wrong = make_person_id(code[:10] + f"1340{serial % 1000:03d}")
        if not is_credit_code(wrong) and not wrong.endswith("000"):
            return wrong
    raise ValueError(code)


def _before(_: str, columns: Columns, row: int) -> str:
    return str(np.datetime64(str(columns["signed"][row])) - 30)


# Field, code of the finding, and how the fault is made out of the right text.
_FAULTS: tuple[tuple[str, str, Fault], ...] = (
    ("number", "pattern", lambda text, *_: text[:-3]),
    ("number", "duplicate_key", lambda _, columns, *__: str(columns["number"][0])),
    ("code", "required", lambda *_: ""),
    ("code", "code_check_digit", lambda text, *_: _wrong_last(text)),
    ("code", "code_organisation_check", lambda text, *_: _wrong_inside(text)),
    ("code", "code_length", lambda text, *_: text[:16]),
    ("code", "code_character", lambda text, *_: _letter_o(text)),
    ("code", "digits_lost", lambda text, *_: f"9.{text[2:4]}E+17"),
    ("name", "too_long", lambda text, *_: text * 8),
    ("person", "person_check_digit", lambda text, *_: _wrong_person(text)),
    ("person", "person_birth_date", lambda text, *_: _no_such_birthday(text)),
    ("signed", "not_date", lambda text, *_: f"{text[:4]}-02-30"),
    ("signed", "out_of_period", lambda text, *_: f"2024{text[4:]}"),
    ("ends", "order", _before),
    ("amount", "not_number", lambda *_: "约三十万"),
    ("amount", "out_of_range", lambda text, *_: f"-{text}"),
    ("kind", "not_listed", lambda *_: "其他"),
    ("phone", "phone_form", lambda text, *_: text[:9]),
)  # fmt: skip
KINDS = tuple(code for _, code, _ in _FAULTS)

__all__ = ["KINDS", "PERIOD", "Planted", "definition", "planted"]
