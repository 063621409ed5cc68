from django.apps import AppConfig
from django.core.checks import register


class WebConfig(AppConfig):
    name = "gongzhi.web"

    def ready(self) -> None:
        """Bind the gate to the rooms that know grants and keep refusals."""
        from gongzhi.gate import bind  # noqa: PLC0415  # models exist only once apps are ready
        from gongzhi.gate.checks import every_url_has_a_policy  # noqa: PLC0415  # the same
        from gongzhi.organisation.queries import Grants  # noqa: PLC0415  # the same

        from .refusals import Refusals  # noqa: PLC0415  # the same

        bind(grants=Grants(), refusals=Refusals())
        register(every_url_has_a_policy)
