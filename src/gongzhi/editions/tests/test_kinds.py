"""Each kind has its form, its preview and its words for a change; nothing changes by only saving."""

from __future__ import annotations

import datetime as dt
import io
import json
import re

import openpyxl
import pytest
from django.conf import settings
from django.forms import ChoiceField, MultipleChoiceField

from gongzhi.cli.__main__ import parser
from gongzhi.editions import actions
from gongzhi.editions.actions.releasing import Taken
from gongzhi.editions.forms import EntryForm
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import Piece, changes, contents_in_force, in_force, pieces_of
from gongzhi.editions.queries.labels import word
from gongzhi.editions.queries.pieces import WHOLE, entry_model, list_kinds
from gongzhi.editions.queries.preview import preview
from gongzhi.engine.definitions import DefinitionError, contents_of, load, load_once
from gongzhi.engine.definitions.editing import plain, with_entry
from gongzhi.engine.definitions.kinds import LISTS, model_of
from gongzhi.engine.documents import catalogue

pytestmark = pytest.mark.django_db
FOLDER = contents_of(settings.DEFINITIONS)
FILES = sorted(
    name for name in FOLDER if name.split("/")[0] in WHOLE or name.endswith("/rule.yml")
)  # fmt: skip
EVERY = {"cells.yml": 37}
ENTRIES = [
    (name, attribute, place)
    for name in sorted(FOLDER) for attribute, _ in list_kinds(name)
    for place in range(
        0, len(plain(FOLDER[name].decode())[attribute]), EVERY.get(name.rsplit("/", maxsplit=1)[-1], 7)
    )
]  # fmt: skip


def sent(form):
    """What a browser sends of a form that nobody has touched: of a list without a choice its first line."""
    said = {}
    for name, field in form.fields.items():
        value = form[name].value()
        if value is None and type(field) is ChoiceField:
            value = field.choices[0][0]
        if isinstance(field, MultipleChoiceField):  # a browser sends them as they stand on the page
            value = [key for key, _ in field.choices if key in value]
        if value is not None and value is not False:
            said[name] = value.isoformat() if isinstance(value, dt.date) else "on" if value is True else value
    return said


@pytest.mark.parametrize("name", FILES)
def test_saving_a_definition_untouched_changes_no_byte(name):
    text, model = FOLDER[name].decode(), model_of(name)
    form = EntryForm(sent(EntryForm(model=model, value=plain(text))), model=model, value=plain(text))
    assert form.is_valid(), form.errors
    assert with_entry(text, (), form.values, name=name) == text


def test_a_question_is_added_to_a_kind_of_work():
    name = "work/errand.yml"
    text = FOLDER[name].decode()
    model = model_of(name)
    data = sent(EntryForm(model=model, value=plain(text)))
    data |= {"form__2__title": "走访地点", "form__2__type": "text"}
    form = EntryForm(data, model=model, value=plain(text))
    assert form.is_valid(), form.errors
    new = plain(with_entry(text, (), form.values, name=name))["form"]
    assert [(one["key"], one["title"]) for one in new][-1] == ("item_1", "走访地点")
    assert new[:-1] == plain(text)["form"]
    without = EntryForm(data | {"form__0__drop": "on"}, model=model, value=plain(text))
    assert without.is_valid()
    assert [one["title"] for one in without.values["form"]] == ["办成日期", "走访地点"]


@pytest.mark.parametrize(("name", "attribute", "place"), ENTRIES)
def test_saving_an_entry_untouched_changes_no_byte(name, attribute, place):
    text = FOLDER[name].decode()
    model, value = entry_model(name, attribute), plain(text)[attribute][place]
    form = EntryForm(sent(EntryForm(model=model, value=value)), model=model, value=value)
    assert form.is_valid(), form.errors
    assert with_entry(text, (attribute, place), form.values, name=name) == text


@pytest.mark.parametrize("name", FILES)
def test_every_definition_has_a_page_and_a_preview(name, client_of):
    (piece,) = pieces_of({name: FOLDER[name]})
    if piece.kind == "rule":
        return
    page = client_of("liaison").get(f"/definitions/other/{piece.code}")
    assert page.status_code == 200
    assert plain(FOLDER[name].decode())["title"] in page.content.decode()
    assert preview(piece, {name: FOLDER[name].decode()})["shape"]


def test_a_change_is_told_in_words(cast):
    made = actions.draft_of(piece=Piece("list", "findings"), by=cast["office"])
    ((name, text),) = made.texts.items()
    place = next(at for at, one in enumerate(plain(text)["findings"]) if one["code"] == "missing_column")
    new = with_entry(text, ("findings", place), {"mend": "请补上这一列。"}, name=name)
    (told,) = changes("list", made.texts, {name: new}, in_force())
    assert told.startswith("“缺少必填列”：怎样改：由“")
    assert told.endswith("改为“请补上这一列。”")
    draft = actions.rewrite(edition=made, texts={name: new}, by=cast["office"])
    shown = preview(Piece("list", "findings"), draft.texts, basis=made.basis.texts)
    assert [len(table["rows"]) for table in shown["tables"]] == [1]


def test_a_step_more_is_told_in_words(cast):
    made = actions.draft_of(piece=Piece("list", "reminders/usual"), by=cast["office"])
    ((name, text),) = made.texts.items()
    step = {"days": 14, "to": "chase_units", "letter": "chase"}
    new = with_entry(text, (), {"steps": [*plain(text)["steps"], step]}, name=name)
    title = in_force().letters["chase"].title
    assert changes("list", made.texts, {name: new}, in_force()) == [
        f"提醒增加：到期后几天（到期前写负数）：14，提醒谁：{in_force().duties['chase_units'].title}，拟什么函：{title}"
    ]


def test_words_for_every_key_that_has_a_form():
    for name in FILES:
        model = model_of(name)
        assert [key for key in model.model_fields if not word(model.__name__, key)] == [], name


@pytest.mark.parametrize("kind", [one for one in LISTS.values()], ids=lambda kind: kind.attribute)
def test_a_list_is_shown_in_chinese(kind, client_of):
    model = entry_model(kind.file, kind.attribute)
    assert [key for key in model.model_fields if not word(model.__name__, key)] == []
    page = client_of("liaison").get(f"/definitions/other/{kind.file.removesuffix('.yml')}").content.decode()
    heads = re.findall(r'<td data-label="([^"]*)"', page)
    assert heads
    assert [one for one in set(heads) if one.isascii()] == []


@pytest.mark.parametrize("address", ["/editions", "/editions/new-piece", "/definitions"])
def test_the_desk_opens(client_of, address):
    assert client_of("office").get(address).status_code == 200


def test_a_rhythm_in_use_is_not_taken_away(cast, client_of):
    made = actions.draft_of(piece=Piece("list", "calendar/frequencies"), by=cast["office"])
    ((_, text),) = made.texts.items()
    place = next(at for at, one in enumerate(plain(text)["frequencies"]) if one["wording"] == "月后15日内")
    office = client_of("office")
    office.post(f"/editions/{made.pk}/entry/remove?list=frequencies&at={place}")
    page = office.get(f"/editions/{made.pk}").content.decode()
    assert "检查发现" in page
    assert "月后15日内" in page


class TestFolder:
    def run(self, *words):
        options = parser().parse_args(["definitions", *map(str, words)])
        return options.run(options)

    def test_export_of_an_untouched_home_is_the_folder(self, tmp_path):
        assert self.run("export", tmp_path / "out") == 0
        assert contents_of(tmp_path / "out") == FOLDER

    def test_an_edition_of_the_browser_goes_out_and_is_the_same_elsewhere(self, publish, tmp_path):
        publish("list", "letters/chase", lambda text: text.replace("三个工作日", "五个工作日"))
        assert self.run("export", tmp_path / "out") == 0
        assert contents_of(tmp_path / "out") == contents_in_force() != FOLDER
        assert load(tmp_path / "out").digest == in_force().digest

    def test_a_release_arrives_as_drafts_with_their_difference(self, tmp_path, capsys, cast):
        actions.take_folder()
        root = tmp_path / "release"
        self.run("export", root)
        letter = root / "letters" / "chase.yml"
        letter.write_text(letter.read_text("utf-8").replace("三个工作日", "五个工作日"), "utf-8")
        capsys.readouterr()
        before = in_force()
        assert self.run("publish", root, "--json") == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["first"], told["entries"], told["drafts"]) == (0, 0, 1)
        (waiting,) = told["waiting"]
        assert waiting["changes"][0].startswith("正文第 3 项：由“")
        assert in_force() is before
        (draft,) = Edition.objects.filter(state="draft")
        assert draft.origin == "release"
        assert actions.take_folder(root=root) == Taken()

    def test_a_folder_with_faults_is_refused_whole(self, tmp_path):
        actions.take_folder()
        root = tmp_path / "release"
        self.run("export", root)
        (root / "letters" / "chase.yml").write_text("key: chase\n", "utf-8")
        count = Edition.objects.count()
        with pytest.raises(DefinitionError):
            self.run("publish", root)
        assert Edition.objects.count() == count


def test_the_catalogue_as_a_workbook_has_every_column(client_of):
    answer = client_of("liaison").get("/definitions/catalogue.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    resources = [one for one in in_force().resources.values() if not one.duplicate_of]
    columns = [field for one in resources for sheet in one.sheets for field in sheet.fields]
    assert (book["数据资源"].max_row, book["数据项"].max_row) == (len(resources) + 1, len(columns) + 1)
    rows = {row[0]: row for row in book["数据资源"].iter_rows(min_row=2, values_only=True)}
    assert rows["15.3"][4] == "期末后15日（文件规定）"
    assert "暂定" in rows["11.3"][4]
    assert catalogue(load_once(settings.DEFINITIONS)) == catalogue(load_once(settings.DEFINITIONS))
