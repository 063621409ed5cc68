"""A form that is sent as it was opened changes nothing of the text."""

from __future__ import annotations

import pytest
from django.conf import settings

from gongzhi.editions.forms import AboutForm, BindingForm, ColumnForm
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions.editing import fields_of, plain, sheets_of, with_about, with_field

pytestmark = pytest.mark.django_db
FILES = ("mineral_auctions", "livestock_subsidies", "high_tech_enterprises", "farm_projects")


def sent(form, initial):
    """What a browser sends of a form that nobody touched."""
    said = {name: initial.get(name, field.initial) for name, field in form.fields.items()}
    return {
        name: "on" if one is True else one if isinstance(one, list | tuple) else str(one)
        for name, one in said.items() if one is not None and one is not False and one not in ("", [], ())
    }  # fmt: skip


def filled(kind, initial, **more):
    form = kind(sent(kind(None, initial=initial, **more), initial), initial=initial, **more)
    assert form.is_valid(), form.errors
    return form


@pytest.fixture(params=FILES)
def text(request):
    (path,) = settings.DEFINITIONS.glob(f"catalogue/*/{request.param}.yml")
    return path.read_text("utf-8")


def test_what_a_resource_is_stays(text):
    """Not ticked is not said: `restated: false` was written, and told as taken away."""
    form = filled(AboutForm, AboutForm.initial_of(plain(text), in_force()))
    assert with_about(text, form.values) == text


def test_columns_stay(text):
    columns = fields_of(text)
    for one in columns:
        more = {"taken": [], "others": [other for other in columns if other is not one]}
        form = filled(ColumnForm, ColumnForm.initial_of(one), column=one, **more)
        assert plain(with_field(text, form.cleaned_data, key=one["key"])) == plain(text), one["key"]


def test_whom_a_row_is_about_stays(text):
    (sheet,) = sheets_of(text)
    parties = sheet.get("parties") or ()
    main = next(one for one in parties if one.get("main"))
    initial = {**main, "party": main["title"], "key": sheet.get("key") or []}
    form = filled(BindingForm, initial, columns=fields_of(text))
    assert plain(with_about(text, form.values(parties))) == plain(text)
