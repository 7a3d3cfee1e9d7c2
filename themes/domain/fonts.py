"""The typefaces an operator may choose from: variable fonts, Latin subset, served from our own static files."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Font:
    """A self-hosted family. `file` is the static path; `stack` the value of `font-family`."""

    label: str
    family: str
    fallback: str
    file: str

    @property
    def stack(self) -> str:
        return f'"{self.family}",{self.fallback}'


SANS = 'system-ui,-apple-system,"Segoe UI",sans-serif'
SERIF = 'Georgia,"Times New Roman",serif'


def _font(label: str, name: str, fallback: str) -> Font:
    return Font(label, f"{label} Variable", fallback, f"themes/fonts/{name}.woff2")


FONTS = MappingProxyType(
    {
        "fraunces": _font("Fraunces", "fraunces", SERIF),
        "cormorant": _font("Cormorant", "cormorant", SERIF),
        "figtree": _font("Figtree", "figtree", SANS),
        "bricolage": _font("Bricolage Grotesque", "bricolage-grotesque", SANS),
        "jakarta": _font("Plus Jakarta Sans", "plus-jakarta-sans", SANS),
        "jost": _font("Jost", "jost", SANS),
        "inter": _font("Inter", "inter", SANS),
    },
)
