"""Signing in, seeing the workbench, signing out: on the desk, on a phone, without JavaScript."""

import pytest
from tests.browser.conftest import DESK, PHONE


def overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_in_and_out(open_page, live_server, size):
    page = open_page("liaison", size=size)
    assert page.inner_text("h1") == "工作台"
    assert overflow(page) <= 0
    if size is PHONE:
        assert not page.is_visible("nav.side a")
        page.click("nav.side summary")
    page.click("nav.side a[href='/people']")
    assert page.inner_text("h1") == "人员与授权"
    assert overflow(page) <= 0
    page.click("text=退出")
    page.wait_for_url(f"{live_server.url}/login")
    page.goto(f"{live_server.url}/people")
    assert page.url.startswith(f"{live_server.url}/login?next=")


def test_without_javascript(open_page):
    page = open_page("system", scripts=False)
    page.click("nav.side a[href='/people']")
    page.fill("#id_name", "联络员")
    page.click("text=筛选 >> nth=-1")
    assert page.locator("table.data tbody tr").count() == 2
    page.click("th a:has-text('姓名')")
    assert "name=" in page.url
    assert "sort=name" in page.url


def test_a_list_sorts_in_place_and_the_address_follows(open_page):
    page = open_page("system")
    page.goto(f"{page.url}people?unit=tax_bureau")
    page.evaluate("window.stayed = true")
    page.click("th a:has-text('登录名')")
    page.wait_for_url("**/people?unit=tax_bureau&sort=username")
    page.wait_for_selector("th[aria-sort=ascending]")
    assert page.evaluate("window.stayed === true")
    first = page.inner_text("table.data tbody tr td:nth-child(2)")
    page.click("th a:has-text('登录名')")
    page.wait_for_selector("th[aria-sort=descending]")
    assert page.inner_text("table.data tbody tr td:nth-child(2)") != first


def test_wrong_password_says_so_and_keeps_the_name(open_page):
    page = open_page()
    page.fill("#id_username", "liaison")
    page.fill("#id_password", "wrong")
    page.click("button.btn-primary")
    assert "登录名或密码不对" in page.inner_text(".error-summary")
    assert page.input_value("#id_username") == "liaison"
    assert page.input_value("#id_password") == ""


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_gallery_of_components_fits(open_page, live_server, size):
    page = open_page("stranger", size=size)
    page.goto(f"{live_server.url}/components")
    assert overflow(page) <= 0
