"""Real Chromium against a live server of this process; sockets are open to this machine only."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
HERE = Path(__file__).parent
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    absent = None if Path(CHROMIUM).exists() else f"没有 Chromium（{CHROMIUM}）：apt-get install chromium"
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.enable_socket)
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"]))
            if absent:
                item.add_marker(pytest.mark.skip(reason=absent))


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """One Chromium for all tests of the ring."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # only when the ring runs

    # Playwright's loop runs in this thread, and Django would take every query for an asynchronous one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, live_server, cast, settings, request) -> Iterator[Callable[..., object]]:
    """`open_page("liaison", width=PHONE)`: a page at the workbench, signed in through the form.

    With `scripts=False` without JavaScript. A test fails when a page logs an error to the console.
    """
    from tests.cast import PASSWORD  # noqa: PLC0415  # the apps must be ready

    settings.SECOND_FACTOR = False
    contexts, complaints = [], []

    def opened(name: str | None = None, *, size: dict[str, int] = DESK, scripts: bool = True) -> object:
        context = chromium.new_context(viewport=size, locale="zh-CN", java_script_enabled=scripts)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{live_server.url}/login")
        if name:
            page.fill("#id_username", name)
            page.fill("#id_password", PASSWORD)
            page.click("button.btn-primary")
            page.wait_for_url(f"{live_server.url}/")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, complaints
