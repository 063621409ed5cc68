"""Addresses of hits."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("hits", views.hits, name="hits"),
    path("hits/exclude", views.exclude_chosen, name="exclude_hits"),
    path("hits/scan", views.scan_now, name="scan_now"),
    path("hits/<uuid:pk>", views.hit, name="hit"),
    path("hits/<uuid:pk>/exclude", views.exclude, name="exclude_hit"),
    path("hits/<uuid:pk>/reopen", views.reopen, name="reopen_hit"),
    path(
        "hits/<uuid:pk>/reveal/<uuid:batch>/<int:part>/<int:row>",
        views.reveal_evidence,
        name="reveal_evidence",
    ),
    path("taxpayers/<uuid:pk>/hits", views.of_taxpayer, name="taxpayer_hits"),
]
