import datetime as dt

from django.apps import AppConfig
from django.core.checks import register
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
)
from django.forms import ChoiceField, DateField, Field, MultipleChoiceField

FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2999, 12, 31)
"""A day outside is a slip of the pen; at the ends of the calendar a day more or less cannot be reckoned."""


class WebConfig(AppConfig):
    name = "gongzhi.web"

    def ready(self) -> None:
        """Bind the gate to the rooms that know grants and keep refusals."""
        # First of all: a form takes these texts when it is defined, and the rooms below define theirs.
        Field.default_error_messages["required"] = "请填写这一项"
        ChoiceField.default_error_messages["invalid_choice"] = "请从列表中选一项"
        MultipleChoiceField.default_error_messages["invalid_choice"] = "请从列表中选择"
        DateField.default_error_messages["invalid"] = "请写成 2026-09-15 这样的日期"
        year = f"年份不对，请写 {FIRST_DAY.year} 年到 {LAST_DAY.year} 年之间的日期"
        DateField.default_validators = [MinValueValidator(FIRST_DAY, year), MaxValueValidator(LAST_DAY, year)]
        MaxLengthValidator.message = "请不超过 %(limit_value)d 字，现在是 %(show_value)d 字"
        ProhibitNullCharactersValidator.message = "文字里有看不见的字符，请删去后重新填写"
        from gongzhi.audit.queries import bind_definitions, bind_names  # noqa: PLC0415  # the same
        from gongzhi.catalogue.queries import matters  # noqa: PLC0415  # the same
        from gongzhi.editions.queries import in_force  # noqa: PLC0415  # the same
        from gongzhi.gate import bind  # noqa: PLC0415  # models exist only once apps are ready
        from gongzhi.gate.checks import every_url_has_a_policy  # noqa: PLC0415  # the same
        from gongzhi.lists import workbook  # noqa: PLC0415  # the same
        from gongzhi.work.queries import bind_owed, bind_taxpayers  # noqa: PLC0415  # the same

        from .api.admission import Calls  # noqa: PLC0415  # the same
        from .exports import Desk  # noqa: PLC0415  # the same
        from .named import ROOMS  # noqa: PLC0415  # the same
        from .subjects import Taxpayers  # noqa: PLC0415  # the same
        from .trail import Entry, Exports, Refusals  # noqa: PLC0415  # the same

        bind(grants=Entry(), refusals=Refusals(), calls=Calls())
        workbook.bind(Exports(), Desk())
        bind_definitions(in_force)
        bind_names(*ROOMS)
        bind_taxpayers(Taxpayers())
        bind_owed(matters)
        register(every_url_has_a_policy)
