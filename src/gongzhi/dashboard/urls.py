"""Addresses of the pictures."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("", views.workbench, name="workbench"),
    path("search", views.search, name="search"),
    path("pictures", views.pictures, name="pictures"),
    path("units/<str:unit>/picture", views.unit_picture, name="unit_picture"),
    path("units/<str:unit>/tries", views.tries, name="tries"),
    path("units/<str:unit>/faults/<str:code>", views.faulty, name="faulty"),
]
