"""Addresses where definitions are read, changed and spoken about."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("definitions", views.definitions, name="definitions"),
    path("definitions/resources/<str:number>", views.resource, name="resource"),
    path("definitions/rules/<str:code>", views.rule, name="rule"),
    path("definitions/catalogue.xlsx", views.catalogue, name="catalogue"),
    path("definitions/other/<path:code>", views.piece, name="piece"),
    path("definitions/parameters", views.parameters, name="parameters"),
    path("definitions/parameters/<str:key>", views.parameter, name="parameter"),
    path("editions", views.desk, name="editions"),
    path("editions/draft", views.draft, name="draft"),
    path("editions/new-piece", views.new_piece, name="new_piece"),
    path("editions/new", views.new_resource, name="new_resource"),
    path("editions/together", views.submit_together, name="editions_together"),
    path("editions/together/decide", views.decide_together, name="editions_decide"),
    path("editions/together/discard", views.discard_together, name="editions_discard"),
    path("editions/<int:pk>", views.edition, name="edition"),
    path("editions/<int:pk>/about", views.about, name="edition_about"),
    path("editions/<int:pk>/approve", views.approve, name="edition_approve"),
    path("editions/<int:pk>/binding", views.binding, name="edition_binding"),
    path("editions/<int:pk>/columns/new", views.column, name="edition_new_column"),
    path("editions/<int:pk>/columns/<str:key>", views.column, name="edition_column"),
    path("editions/<int:pk>/columns/<str:key>/retire", views.retire, name="edition_retire"),
    path("editions/<int:pk>/discard", views.discard, name="edition_discard"),
    path("editions/<int:pk>/entries", views.entries, name="edition_entries"),
    path("editions/<int:pk>/entry", views.entry, name="edition_entry"),
    path("editions/<int:pk>/entry/remove", views.remove_entry, name="edition_remove_entry"),
    path("editions/<int:pk>/send-back", views.send_back, name="edition_send_back"),
    path("editions/<int:pk>/submit", views.submit, name="edition_submit"),
    path("editions/<int:pk>/take-back", views.take_back, name="edition_take_back"),
    path("editions/<int:pk>/template", views.preview, name="edition_template"),
    path("editions/<int:pk>/texts", views.texts, name="edition_texts"),
    path("editions/<int:pk>/value", views.value, name="edition_value"),
    path("editions/<int:pk>/year", views.year, name="edition_year"),
    path("editions/<int:pk>/year/remove", views.remove_year, name="edition_remove_year"),
    path("suggestions", views.suggestions, name="suggestions"),
    path("suggestions/new", views.suggest, name="suggest"),
    path("suggestions/<int:pk>/carried", views.carried, name="suggestion_carried"),
    path("suggestions/<int:pk>/answer", views.answer, name="suggestion_answer"),
]
