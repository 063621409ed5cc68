"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from .views import account, filing_history, filings, keys, people, sign_in

urlpatterns = [
    path("login", sign_in.sign_in, name="sign_in"),
    path("logout", sign_in.sign_out, name="sign_out"),
    path("activate/<str:token>", sign_in.activate, name="activate"),
    path("reset/<str:token>", sign_in.reset, name="reset"),
    path("account", account.account, name="account"),
    path("account/password", account.password, name="password"),
    path("account/second-factor", account.second_factor, name="second_factor"),
    path("account/sittings", account.sittings, name="sittings"),
    path("api-keys", keys.keys, name="api_keys"),
    path("api-keys/new", keys.register, name="api_key_new"),
    path("api-keys/<uuid:pk>", keys.key, name="api_key"),
    path("api-keys/<uuid:pk>/approve", keys.approve, name="api_key_approve"),
    path("api-keys/<uuid:pk>/secret", keys.secret, name="api_key_secret"),
    path("api-keys/<uuid:pk>/rotate", keys.rotate, name="api_key_rotate"),
    path("api-keys/<uuid:pk>/end", keys.end, name="api_key_end"),
    path("liaisons", filings.overview, name="filings"),
    path("liaisons/history", filing_history.history, name="filing_history"),
    path("liaisons/mine", filings.mine, name="filing"),
    path("liaisons/confirm", filings.confirm, name="filing_confirm"),
    path("liaisons/<uuid:pk>", filings.one, name="filing_one"),
    path("liaisons/<uuid:pk>/decide", filings.decide, name="filing_decide"),
    path("people", people.people, name="people"),
    path("people/new", people.register, name="person_new"),
    path("people/<uuid:pk>", people.person, name="person"),
    path("people/<uuid:pk>/approve", people.approve, name="person_approve"),
    path("people/<uuid:pk>/link", people.link, name="person_link"),
    path("people/<uuid:pk>/disable", people.disable, name="person_disable"),
    path("people/<uuid:pk>/reopen", people.reopen, name="person_reopen"),
    path("people/<uuid:pk>/unlock", people.unlock, name="person_unlock"),
    path("people/<uuid:pk>/factor", people.remove_factor, name="person_factor"),
    path("people/<uuid:pk>/grants", people.give_grant, name="person_grant"),
    path("people/<uuid:pk>/grants/<int:number>/end", people.end_grant, name="person_grant_end"),
]
