"""The choke point: what is refused is on record, what is unfinished comes first."""

from django.test import Client

from gongzhi.audit.models import Event


def test_a_refusal_is_on_record_with_who_where_and_why(client_of, cast):
    assert client_of("grid").get("/audit").status_code == 404
    event = Event.objects.get(verb="gate.refused")
    assert (event.actor, event.subject, event.duty, event.outcome) == (
        str(cast["grid"].pk), "/audit", "read_audit", "refused",
    )  # fmt: skip
    assert event.detail == {"reason": "现有岗位不含这项职责"}


def test_a_person_without_grants_reaches_only_what_is_for_everybody(client_of):
    stranger = client_of("stranger")
    assert stranger.get("/account").status_code == 200
    assert stranger.get("/calendar").status_code == 404
    assert stranger.get("/people").status_code == 404


def test_a_fragment_for_a_stranger_sends_the_whole_page_to_sign_in(db):
    answer = Client().get("/people", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/login"


def test_no_view_meets_nul_in_an_address(client_of):
    answer = client_of("office").get("/taxpayers?q=%E7%94%B2%00%E4%B9%99")
    assert answer.status_code == 200
    assert 'value="甲乙"' in answer.content.decode()


def test_the_way_back_is_kept_for_pages_only(db):
    assert Client().get("/people?unit=water").headers["Location"] == "/login?next=%2Fpeople%3Funit%3Dwater"
    assert Client().post("/people/new").headers["Location"] == "/login"


def test_a_duty_ends_with_its_grant(client_of, cast):
    from gongzhi.organisation.actions import end_grant  # noqa: PLC0415  # needs the apps

    client = client_of("auditor")
    assert client.get("/audit").status_code == 200
    end_grant(grant=cast["auditor"].grants.get(), by=cast["security"])
    assert client.get("/audit").status_code == 404


def test_unfinished_sign_in_allows_only_its_own_page(cast, settings):
    client = Client()
    client.force_login(cast["liaison"], backend="django.contrib.auth.backends.ModelBackend")
    for page in ("/", "/people", "/account", "/account/password", "/components"):
        answer = client.get(page)
        assert answer.headers["Location"] == "/account/second-factor", page
    assert client.get("/account/second-factor").status_code == 200
    assert client.get("/healthz").status_code == 200


def test_a_refusal_that_cannot_be_written_down_is_still_a_refusal(client_of, settings):
    client = client_of("grid")
    client.raise_request_exception = False
    settings.AUDIT_MAX_LAG_SECONDS = -1
    answer = client.get("/audit")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
