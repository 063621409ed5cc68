"""The handbooks as pages: one for every role, own first, every way in them leads somewhere."""

import re

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from gongzhi.editions.queries import in_force
from gongzhi.web.handbook import chapters, read


def test_every_role_with_pages_has_a_handbook_and_every_handbook_a_reader(db):
    named = {role.handbook for role in in_force().roles.values()}
    assert {role.key for role in in_force().roles.values() if role.handbook is None} <= {"enterprise"}
    assert named - {None} <= set(chapters())
    assert set(chapters()) - named == {"验证回执"}


def test_the_readers_own_handbook_comes_first(client_of):
    page = client_of("officer").get("/help").content.decode()
    own, others = page.split("其他手册")
    assert "税源管理人员手册" in own
    assert "联络员手册" in others
    assert "税源管理人员手册" not in others


@pytest.mark.parametrize("name", sorted(chapters()))
def test_a_handbook_is_a_page_with_its_contents(client_of, name):
    answer = client_of("liaison").get(f"/help/{name}")
    page = answer.content.decode()
    chapter = chapters()[name]
    assert answer.status_code == 200
    assert page.count(f"<h1>{chapter.title}</h1>") == 1
    assert len(chapter.sections) > 2
    for anchor, heading in chapter.sections:
        assert f'<a href="#{anchor}">{heading}</a>' in page
        assert f'<h2 id="{anchor}">' in page


def _ways(text: str) -> set[str]:
    """Addresses in links and in brackets of a handbook."""
    return set(re.findall(r"\]\((/[^)]+)\)", text)) | set(re.findall(r"[（，](/[a-z-]+(?:/[a-z-]+)*)", text))


@pytest.mark.parametrize("name", sorted(chapters()))
def test_every_address_in_a_handbook_exists(name, settings):
    text = (settings.BASE / "docs" / "handbook" / f"{name}.md").read_text("utf-8")
    for way in _ways(text):
        try:
            found = resolve(way)
        except Resolver404:
            pytest.fail(f"{name}: {way}")
        if found.url_name == "handbook":
            assert found.kwargs["name"] in chapters(), way


def test_what_the_handbook_of_streets_quotes_is_what_the_platform_says(settings):
    text = (settings.BASE / "docs" / "handbook" / "街道和社区.md").read_text("utf-8")
    quoted = re.findall(r"(?m)^\| (?!平台说|---)(.+?) \|", text)
    rooms = settings.BASE / "src" / "gongzhi"
    files = [*(rooms / "work").rglob("*.py"), rooms / "web" / "errors.py", *(rooms / "web").rglob("*.html")]
    written = re.sub(r"\{[^{}]*\}", "某某", "\n".join(one.read_text("utf-8") for one in files))
    assert len(quoted) >= 4
    assert [one for one in quoted if one not in written] == []


def test_the_interface_is_open_and_the_others_are_not(db):
    assert "HMAC-SM3" in Client().get("/help/接口").content.decode()
    for address in ("/help", "/help/联络员", "/help/验证回执"):
        answer = Client().get(address)
        assert (answer.status_code, answer.headers["Location"][:6]) == (302, "/login"), address


def test_a_handbook_that_is_not_there_is_a_plain_404(client_of):
    assert client_of("liaison").get("/help/没有这本").status_code == 404
    assert client_of("liaison").get("/help/../settings").status_code == 404


def test_html_in_a_handbook_is_text_and_its_opening_is_plain(tmp_path):
    path = tmp_path / "试.md"
    path.write_text(
        "# 题\n\n一句，见[《乙》](/help/乙)。\n\n## 节\n<script>x</script> **重** [外](javascript:x)\n",
        "utf-8",
    )
    html = read(path).html
    assert read(path).opening == "一句，见《乙》。"
    assert "<script>" not in html
    assert "javascript:" not in re.findall(r'href="([^"]*)"', html)
    assert "<strong>重</strong>" in html


def test_the_menu_leads_there(client_of):
    assert 'href="/help"' in client_of("grid").get("/").content.decode()
    assert in_force().roles["grid_worker"].handbook == "街道和社区"
