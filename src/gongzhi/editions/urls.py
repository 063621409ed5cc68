"""Addresses where definitions are read."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("definitions", views.definitions, name="definitions"),
    path("definitions/resources/<str:number>", views.resource, name="resource"),
    path("definitions/rules/<str:code>", views.rule, name="rule"),
    path("definitions/parameters", views.parameters, name="parameters"),
]
