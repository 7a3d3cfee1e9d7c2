"""A live shop in front of a real browser: the demo's goods, a theme, and the strict policy of every page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from config.demo import seeding
from config.demo.people import Password
from config.demo.seeding import Hands
from config.demo.worlds import load
from shared_apps.kernel import memory
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from shared_apps.outbox.domain.delivery import deliver_pending
from tests.running_services import FOLDER
from tests.world import ALPHA
from themes.domain.versions import DesignChoice, start_from_preset

AXE = Path(__file__).resolve().parent.parent / "data" / "vendor" / "axe-4.14.1.min.js"
SCREENS = FOLDER.parent / "screens"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--host-resolver-rules=MAP *.localhost 127.0.0.1",
]
PIECES = 10


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser a module: two at once are more than a process of Playwright allows."""
    from playwright.sync_api import sync_playwright

    found = os.environ.get("GALLERIA_CHROMIUM") or shutil.which("chromium")
    # Playwright keeps an event loop in this thread, which Django takes for an asynchronous one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Shop:
    """A marketplace with goods, at an address a browser can open."""

    url: str
    theme: str
    titles: list[str]
    complaints: list[str] = field(default_factory=list)

    def tab(self, chromium: Any, width: int, **options: Any) -> Any:
        """A new visitor's tab; what the browser complains about is kept."""
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, base_url=self.url, **options
        )
        tab = context.new_page()
        tab.on("console", self._listen)
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        return tab

    def _listen(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.fixture(params=["loam", "volt", "azur"])
def shop(request: Any, transactional_db: None, live_server: Any, settings: Any) -> Any:
    """The tenant Alpha with the goods and the theme of one demo world."""
    memory.forget_all()
    world = load(request.param)
    settings.GALLERIA_EXTERNAL_PORT = live_server.thread.port
    with tenant_context(ALPHA):
        with transaction.atomic():
            choice = DesignChoice(theme=world.theme, brand_name=world.name)
            start_from_preset(choice=choice, acting=SYSTEM, at=now())
        hands = Hands(world, Password("unused", "!"), now())
        seeding.furnish(hands)
        seeding.stock_shelves(hands, world.pieces[:PIECES])
        while deliver_pending(at=now()).delivered:
            pass
    url = f"http://{ALPHA.host}:{live_server.thread.port}"
    return Shop(url, world.theme, [piece.title for piece in world.pieces[:PIECES]])


def assert_accessible(tab: Any) -> None:
    """No violation of WCAG 2.2 A and AA that axe can see."""
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    assert [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in found["violations"]] == []


def assert_fits(tab: Any) -> None:
    """Nothing is wider than the screen."""
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def keep_screen(tab: Any, name: str) -> None:
    """A picture of the whole page in var/screens, for people to look at."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    tab.evaluate(
        "async () => { for (let y = 0; y < document.body.scrollHeight; y += 700)"
        " { scrollTo(0, y); await new Promise(done => setTimeout(done, 40)); } scrollTo(0, 0); }"
    )
    tab.screenshot(path=str(SCREENS / f"{name}.png"), full_page=True)
