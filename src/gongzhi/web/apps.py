from django.apps import AppConfig
from django.core.checks import register
from django.forms import ChoiceField, Field


class WebConfig(AppConfig):
    name = "gongzhi.web"

    def ready(self) -> None:
        """Bind the gate to the rooms that know grants and keep refusals."""
        # First of all: a form takes these texts when it is defined, and the rooms below define theirs.
        Field.default_error_messages["required"] = "请填写这一项"
        ChoiceField.default_error_messages["invalid_choice"] = "请从列表中选一项"
        from gongzhi.audit.queries import bind_names  # noqa: PLC0415  # the same
        from gongzhi.disclosure.queries import bind_definitions  # noqa: PLC0415  # the same
        from gongzhi.editions.queries import in_force  # noqa: PLC0415  # the same
        from gongzhi.gate import bind  # noqa: PLC0415  # models exist only once apps are ready
        from gongzhi.gate.checks import every_url_has_a_policy  # noqa: PLC0415  # the same
        from gongzhi.lists import workbook  # noqa: PLC0415  # the same
        from gongzhi.work.queries import bind_taxpayers  # noqa: PLC0415  # the same

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
        register(every_url_has_a_policy)
