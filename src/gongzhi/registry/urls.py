"""Addresses of the taxpayer file."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("taxpayers", views.taxpayers, name="taxpayers"),
    path("taxpayers/<uuid:pk>", views.taxpayer, name="taxpayer"),
    path("links", views.doubts, name="doubts"),
    path("links/<int:pk>", views.doubt, name="doubt"),
    path("links/decide", views.decide_chosen, name="decide_links"),
    path("links/unlinked", views.unlinked, name="unlinked"),
    path("links/unlinked/decide", views.decide_mention, name="decide_unlinked"),
    path("links/unlinked/outside", views.outside_chosen, name="outside_unlinked"),
    path("links/decisions", views.decisions, name="decisions"),
    path("links/decisions/<int:pk>", views.decision, name="decision"),
]
