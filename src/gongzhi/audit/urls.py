"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from .views import events, proof

urlpatterns = [
    path("audit", events.events, name="events"),
    path("audit/<int:pk>", events.event, name="event"),
    path("audit/verify", proof.verify, name="audit_verify"),
]
