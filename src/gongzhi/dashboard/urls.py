"""Addresses of the pictures."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("", views.workbench, name="workbench"),
    path("search", views.search, name="search"),
]
