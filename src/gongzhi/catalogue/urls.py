"""Addresses of the calendar."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("calendar", views.calendar, name="calendar"),
    path("obligations/<int:pk>", views.obligation, name="obligation"),
    path("obligations/<int:pk>/zero", views.zero, name="zero"),
    path("obligations/<int:pk>/ask", views.ask, name="ask"),
    path("acts", views.acts, name="acts"),
    path("acts/<int:pk>/decide", views.decide, name="decide_act"),
    path("acts/<int:pk>/withdraw", views.withdraw, name="withdraw_act"),
    path("acts/<int:pk>/provided", views.provided, name="provided"),
    path("acts/<int:pk>/return", views.return_zero, name="return_zero"),
    path("rulings", views.rulings, name="rulings"),
    path("rulings/new", views.propose_exemption, name="propose_exemption"),
    path("rulings/<int:pk>", views.ruling, name="ruling"),
    path("rulings/<int:pk>/decide", views.decide_ruling, name="decide_ruling"),
    path("rulings/<int:pk>/end", views.end_ruling, name="end_ruling"),
    path("requests/new", views.request_data, name="request_data"),
    path("units/<str:unit>/duties", views.duties, name="duties"),
    path("matrix", views.matrix, name="matrix"),
    path("matrix/<str:unit>/<str:resource>", views.matrix_row, name="matrix_row"),
]
