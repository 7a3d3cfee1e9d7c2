"""What the parsers hand on (rules)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tenant_apps.catalog.domain.drafts import ImageDraft, ProductDraft
from tenant_apps.integrations.domain.rows import Issue, Row
from tenant_apps.integrations.domain.spool import Keys

URL_LENGTH_MAX = 2000


@dataclass(frozen=True, slots=True)
class Parsed:
    """The product behind a group of rows, the state it should have, and what was noticed.

    Without a draft the issues say why.
    """

    rows: int
    first_row: int
    draft: ProductDraft | None
    state: str
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its columns, how its rows group, and how a group reads."""

    source: str
    required: tuple[str, ...]
    keys_of: Callable[[Row], Keys]
    parse: Callable[[Sequence[Row], str], Parsed]
    orphan: Callable[[Row], Issue]
    notices: Callable[[Row], list[Issue]]


@dataclass(slots=True)
class Notes:
    """Issues and pictures collected while a group is read."""

    issues: list[Issue] = field(default_factory=list)
    images: list[ImageDraft] = field(default_factory=list)

    def error(self, row: Row, column: str, code: str, message: str) -> None:
        self.issues.append(Issue(row.number, column, code, message))

    def warning(self, row: Row, column: str, code: str, message: str) -> None:
        self.issues.append(Issue(row.number, column, code, message, is_error=False))

    def image(self, row: Row, column: str, url: str, alt: str = "") -> int | None:
        """The place of a picture among the product's, added when it is new."""
        if not url:
            return None
        if not url.startswith(("https://", "http://")) or len(url) > URL_LENGTH_MAX:
            self.warning(row, column, "bad_image_address", "A picture needs an http(s) address")
            return None
        for place, image in enumerate(self.images):
            if image.source_url == url:
                return place
        self.images.append(ImageDraft(source_url=url, alt=alt[:300]))
        return len(self.images) - 1
