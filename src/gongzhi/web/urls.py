"""All addresses."""

from __future__ import annotations

from django.urls import include, path

from . import handbook, views
from .api.surface import guarded

handler404 = "gongzhi.web.errors.not_found"
handler403 = "gongzhi.web.errors.forbidden"
handler400 = "gongzhi.web.errors.bad_request"
handler500 = "gongzhi.web.errors.server_error"

urlpatterns = [
    path("api/v1/", guarded()),
    path("", include("gongzhi.dashboard.urls")),
    path("", include("gongzhi.catalogue.urls")),
    path("", include("gongzhi.editions.urls")),
    path("", include("gongzhi.disclosure.urls")),
    path("", include("gongzhi.intake.urls")),
    path("", include("gongzhi.work.urls")),
    path("", include("gongzhi.registry.urls")),
    path("", include("gongzhi.risk.urls")),
    path("", include("gongzhi.audit.urls")),
    path("", include("gongzhi.organisation.urls")),
    path("components", views.components, name="components"),
    path("help", handbook.handbooks, name="handbooks"),
    path(f"help/{handbook.INTERFACE}", handbook.interface, name="interface"),
    path("help/<str:name>", handbook.handbook, name="handbook"),
    path("healthz", views.health, name="health"),
]
