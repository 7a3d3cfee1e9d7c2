from __future__ import annotations

import pytest

from tenants.domain.hosts import UnknownHost, normalise_host


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("Alpha.Galleria.Localhost", "alpha.galleria.localhost"),
        ("alpha.galleria.localhost.", "alpha.galleria.localhost"),
        ("alpha.galleria.localhost:8000", "alpha.galleria.localhost"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_one_form(typed, host):
    assert normalise_host(typed) == host


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "127.0.0.1",
        "127.0.0.1:8000",
        "[::1]:8000",
        "localhost",
        "a..b",
        "-a.example",
        "a_b.example",
        "x" * 64 + ".example",
        "a.example/../b",
        "a b.example",
        "\x00.example",
    ],
)
def test_what_is_no_host(typed):
    with pytest.raises(UnknownHost):
        normalise_host(typed)
