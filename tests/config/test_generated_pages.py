from __future__ import annotations

import pytest

from config.documentation import pages


@pytest.mark.parametrize("name", ["events.md", "lifecycles.md"])
def test_generated_pages_are_current(name):
    """Run `bin/manage docs_generate` when this fails."""
    ((path, text),) = ((path, text) for path, text in pages().items() if path.name == name)

    assert path.read_text(encoding="utf-8") == text


def test_pages_show_events_and_machines():
    text = "".join(pages().values())

    assert "### `catalog.product_published.v1`" in text
    assert "[*] --> requested" in text
