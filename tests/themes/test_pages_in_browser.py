"""Every sample page in Chromium under the real policy: nothing overflows, axe finds nothing, nothing is blocked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.themes.pages import served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = Path(__file__).resolve().parents[1] / "data" / "vendor" / "axe-4.14.1.min.js"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
RULES = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
WIDTHS = (390, 1280)
ELEMENTS_MAX = 900
REQUESTS_MAX = 15


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def pages():
    with served() as server:
        yield server


def _visit(browser, url, width, scheme):
    """What one page at one width is found to be."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    complaints, requests = [], []
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if "Content Security" in message.text else None
        ),
    )
    page.on("request", lambda request: requests.append(request.url))
    page.goto(url, wait_until="load")
    page.wait_for_timeout(150)
    first = len(requests)
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    elements = page.evaluate("document.querySelectorAll('*').length")
    context.new_cdp_session(page).send(
        "Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")}
    )
    found = page.evaluate(RULES)["violations"]
    context.close()
    return {
        "overflow": overflow > 0,
        "blocked": complaints,
        "axe": [(violation["id"], violation["nodes"][0]["html"][:120]) for violation in found],
        "elements": elements > ELEMENTS_MAX,
        "requests": first if width < 400 and first > REQUESTS_MAX else 0,
    }


CLEAN = {"overflow": False, "blocked": [], "axe": [], "elements": False, "requests": 0}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_are_clean(browser, pages, width, scheme):
    base, names = pages
    if scheme == "dark":
        names = [name for name in names if name in {"dashboard", "form", "error"}]

    found = {name: _visit(browser, f"{base}/{name}/", width, scheme) for name in names}

    assert {name: result for name, result in found.items() if result != CLEAN} == {}


def test_the_menu_of_a_phone_opens_without_script(browser, pages):
    base, _ = pages
    context = browser.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/home-hearth/")
    page.locator("details.drawer > summary").click()

    assert page.locator("details.drawer nav a").first.is_visible()
    context.close()


def test_escape_closes_the_menu_and_returns_the_focus(browser, pages):
    base, _ = pages
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{base}/dashboard/")
    page.locator("details.railmenu > summary").click()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")

    assert page.locator("details.railmenu").get_attribute("open") is None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    context.close()
