"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("agreement", views.agreement, name="agreement"),
    path("agreements", views.agreements, name="agreements"),
    path("exports", views.exports, name="exports"),
    path("exports/new", views.ask_export, name="ask_export"),
    path("exports/<uuid:pk>/decide", views.decide_export, name="decide_export"),
    path("exports/<uuid:pk>/file", views.export_file, name="export_file"),
    path("reveals", views.reveals, name="reveals"),
    path("reveals/mine", views.my_reveals, name="my_reveals"),
    path("reveals/use", views.use, name="reveals_use"),
    path("reveals/more", views.more, name="more_reveals"),
    path("reveals/recusals", views.recusals, name="recusals"),
    path("guards", views.guards, name="guards"),
    path("guards/<uuid:pk>/end", views.end, name="guard_end"),
    path("reveals/more/<int:pk>", views.decide, name="decide_more"),
]
