"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("agreement", views.agreement, name="agreement"),
    path("agreements", views.agreements, name="agreements"),
]
