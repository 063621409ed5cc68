"""Addresses of the hand-in."""

from __future__ import annotations

from django.urls import path

from . import views
from .views import cutoffs, revealing

urlpatterns = [
    path("submit", views.choose, name="submit"),
    path("submit/<str:number>", views.hand_in, name="hand_in"),
    path("submit/<str:number>/template", views.template, name="template"),
    path("submit/<str:number>/check-waiver", views.ask_check_waiver, name="ask_check_waiver"),
    path("check-waivers", views.check_waivers, name="check_waivers"),
    path("check-waivers/<int:pk>", views.check_waiver, name="check_waiver"),
    path("check-waivers/<int:pk>/decide", views.decide_check_waiver, name="decide_check_waiver"),
    path("check-waivers/<int:pk>/end", views.end_check_waiver, name="end_check_waiver"),
    path("submissions", views.submissions, name="submissions"),
    path("submissions/<uuid:pk>", views.submission, name="submission"),
    path("submissions/<uuid:pk>/findings", views.findings, name="findings"),
    path("submissions/<uuid:pk>/adopt", views.adopt, name="adopt"),
    path("submissions/<uuid:pk>/commit", views.commit, name="commit"),
    path("submissions/<uuid:pk>/propose", views.propose, name="propose"),
    path("submissions/<uuid:pk>/send-back", views.send_back, name="send_back"),
    path("submissions/<uuid:pk>/explain", views.explain, name="explain"),
    path("two-persons", views.two_persons, name="two_persons"),
    path("reviews", views.reviews, name="reviews"),
    path("reviews/together", views.decide_together, name="reviews_together"),
    path("batches/<uuid:pk>/return", views.return_one, name="return_batch"),
    path("batches/<uuid:pk>/accept", views.accept, name="accept_batch"),
    path("batches/<uuid:pk>/withdrawal", views.ask_withdrawal, name="ask_withdrawal"),
    path("withdrawals", views.withdrawals, name="withdrawals"),
    path("withdrawals/<int:pk>/decide", views.decide_withdrawal, name="decide_withdrawal"),
    path("withdrawals/<int:pk>/drop", views.drop_withdrawal, name="drop_withdrawal"),
    path("batches/<uuid:pk>/difference", views.difference, name="difference"),
    path("batches/<uuid:pk>/rows/<int:part>/<int:row>/reveal", revealing.reveal_row, name="reveal_row"),
    path("revealed/<str:token>", revealing.revealed, name="revealed"),
    path("submissions/<uuid:pk>/withdraw", views.withdraw, name="withdraw"),
    path("submissions/<uuid:pk>/marked-up", views.marked_up, name="marked_up"),
    path("submissions/<uuid:pk>/bad-rows", views.bad_rows, name="bad_rows"),
    path("batches", views.batches, name="batches"),
    path("batches/<uuid:pk>", views.batch, name="batch"),
    path("batches/<uuid:pk>/rows", views.batch_rows, name="batch_rows"),
    path("batches/<uuid:pk>/rows/<int:part>/<int:row>", views.batch_row, name="batch_row"),
    path("rows", views.tables, name="tables"),
    path("rows/<str:table>", views.table_rows, name="table_rows"),
    path("receipts/<str:number>", views.receipt, name="receipt"),
    path("receipts/<str:number>/file", views.receipt_file, name="receipt_file"),
    path("cutoffs", cutoffs.cutoffs, name="cutoffs"),
    path("cutoffs/<int:pk>", cutoffs.cutoff, name="cutoff"),
    path("cutoffs/<int:pk>/batches", cutoffs.cutoff_batches, name="cutoff_batches"),
    path("cutoffs/<int:pk>/file", cutoffs.cutoff_file, name="cutoff_file"),
    path("doors", views.doors, name="doors"),
    path("public-keys", views.public_keys, name="public_keys"),
]
