"""Addresses of the work."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("work", views.items, name="work"),
    path("work/new", views.give, name="work_new"),
    path("work/together", views.together, name="work_together"),
    path("work/handover", views.hand_over, name="work_handover"),
    path("work/filters", views.keep_filter, name="work_filters"),
    path("work/filters/<int:pk>/drop", views.drop_filter, name="work_filter_drop"),
    path("work/filters/<int:pk>/rename", views.rename_filter, name="work_filter_rename"),
    path("work/filters/<int:pk>/open", views.open_filter, name="work_filter_open"),
    path("work/<uuid:pk>", views.item, name="work_item"),
    path("work/<uuid:pk>/act/<slug:verb>", views.act, name="work_act"),
    path("work/<uuid:pk>/stand-in", views.stand_in, name="work_stand_in"),
    path("work/<uuid:pk>/files/<int:number>", views.file, name="work_file"),
    path("messages", views.messages, name="messages"),
    path("messages/read", views.read, name="messages_read"),
    path("letters", views.letters, name="letters"),
    path("letters/<int:pk>", views.letter, name="letter"),
    path("letters/<int:pk>/decide", views.decide_letter, name="letter_decide"),
    path("outbox", views.outbox, name="outbox"),
    path("outbox/<int:pk>/again", views.try_again, name="outbox_again"),
]
