"""Sealing recorded acts into a chain, and finding the first one that was touched since.

Entries are sealed some minutes after they were made, in batches. A seal's hash covers the seal
before it and the digest of each of its entries, so that whoever changes, adds or removes a sealed
entry would have to rewrite every later seal, and the latest one is easily kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from shared_apps.audit.models import AuditEntry, AuditSeal, SealedEntry
from shared_apps.kernel.transactions import operation

BATCH = 500
_FIELDS = (
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "on_behalf_of",
    "action",
    "subject_kind",
    "subject_id",
    "changes",
    "request_id",
)
# No transaction lives this long, so what is older and unsealed was not merely committed late.
_LATE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain does not hold: a seal, and the entry when one can be named."""

    seal: int | None
    entry_id: UUID | None
    reason: str


@operation
def seal_batch(*, at: datetime) -> int:
    """Seal up to 500 entries that no seal holds yet; returns how many.

    Two sealers at once: one of them fails on the seal's number and has sealed nothing.
    """
    entries = list(_unsealed()[:BATCH])
    if not entries:
        return 0
    latest = AuditSeal.objects.order_by("-number").first()
    previous = latest.sha256 if latest else ""
    digests = [digest_of(entry) for entry in entries]
    seal = AuditSeal(
        number=latest.number + 1 if latest else 1,
        previous=previous,
        sha256=_chained(previous, [entry.id for entry in entries], digests),
        entry_count=len(entries),
        sealed_at=at,
    )
    seal.save(force_insert=True)
    SealedEntry.objects.bulk_create(
        SealedEntry(entry_id=entry.id, seal=seal, position=position, digest=digest)
        for position, (entry, digest) in enumerate(zip(entries, digests, strict=True))
    )
    return len(entries)


def seal_all(*, at: datetime) -> int:
    """Seal until no unsealed entry is left (journey); returns how many were sealed."""
    total = 0
    while sealed := seal_batch(at=at):
        total += sealed
    return total


def _unsealed() -> QuerySet[AuditEntry]:
    held = SealedEntry.objects.filter(entry_id=OuterRef("pk"))
    entries = AuditEntry.objects.filter(~Exists(held)).order_by("id")
    latest = AuditSeal.objects.order_by("-number").values_list("sealed_at", flat=True).first()
    if latest is not None:
        entries = entries.filter(id__gte=_earliest_id(latest - _LATE))
    return entries


def _earliest_id(moment: datetime) -> UUID:
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def digest_of(entry: AuditEntry) -> str:
    """The SHA-256 of everything an entry says, in one canonical form (rule)."""
    said = {name: _plain(getattr(entry, name)) for name in _FIELDS}
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, UUID) else value


def _chained(previous: str, ids: Iterable[UUID], digests: Iterable[str]) -> str:
    lines = [previous, *(f"{id_} {digest}" for id_, digest in zip(ids, digests, strict=True))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def first_broken(*, at: datetime) -> Broken | None:
    """Recompute the whole chain of the bound scope; the first break, or None (reads only)."""
    previous = ""
    seals = AuditSeal.objects.order_by("number").iterator()
    for number, seal in enumerate(seals, start=1):
        if seal.number != number:
            return Broken(number, None, "this seal is missing")
        found = _break_in(seal, previous)
        if found is not None:
            return found
        previous = seal.sha256
    return next(_left_out(at), None)


def _break_in(seal: AuditSeal, previous: str) -> Broken | None:
    held = list(seal.entries.order_by("position"))
    entries = AuditEntry.objects.in_bulk([row.entry_id for row in held])
    for row in held:
        entry = entries.get(row.entry_id)
        if entry is None:
            return Broken(seal.number, row.entry_id, "this entry was removed")
        if digest_of(entry) != row.digest:
            return Broken(seal.number, row.entry_id, "this entry was changed")
    return _break_of_link(seal, held, previous)


def _break_of_link(seal: AuditSeal, held: Sequence[SealedEntry], previous: str) -> Broken | None:
    if seal.previous != previous:
        return Broken(seal.number, None, "this seal does not continue the one before")
    chained = _chained(previous, [row.entry_id for row in held], [row.digest for row in held])
    if chained != seal.sha256 or seal.entry_count != len(held):
        return Broken(seal.number, None, "this seal was changed")
    return None


def _left_out(at: datetime) -> Iterator[Broken]:
    latest = AuditSeal.objects.order_by("-number").first()
    if latest is None:
        return
    held = SealedEntry.objects.filter(entry_id=OuterRef("pk"))
    early = AuditEntry.objects.filter(
        ~Exists(held), id__lt=_earliest_id(min(latest.sealed_at, at) - _LATE)
    )
    for entry in early.order_by("id")[:1]:
        yield Broken(None, entry.id, "this entry was slipped in behind the seals")
