"""The books: accounts, and transfers that each move one amount from one to another.

A transfer debits one account and credits another of the same currency, so the books balance by
construction. History cannot change: the tenant's role may insert and read it, nothing else.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.xid import CurrentXid, Xid8Field


class Account(models.Model):
    """A place money sits in, by code and currency.

    `balance` counts in the account's natural direction (see domain.chart) and is kept only when
    `cached`; the others are hot and summed. `floor` is what the balance may not fall below.
    """

    class Kind(models.TextChoices):
        ASSET = "asset"
        LIABILITY = "liability"
        EQUITY = "equity"
        INCOME = "income"
        EXPENSE = "expense"

    code = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    cached = models.BooleanField()
    balance = models.BigIntegerField(default=0)
    floor = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "currency"], name="ledger_account_once"),
            # What the composite foreign keys of a transfer point to.
            models.UniqueConstraint(fields=["id", "currency"], name="ledger_account_currency"),
            models.CheckConstraint(
                condition=Q(floor=None) | Q(balance__gte=F("floor")), name="ledger_account_floor"
            ),
            models.CheckConstraint(
                condition=Q(cached=True) | Q(balance=0, floor=None), name="ledger_hot_is_summed"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["asset", "liability", "equity", "income", "expense"]),
                name="ledger_account_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.currency}"

    @property
    def is_debit_normal(self) -> bool:
        """Whether a debit raises the balance: assets and expenses grow on the left."""
        return self.kind in {self.Kind.ASSET, self.Kind.EXPENSE}


class LedgerTransaction(models.Model):
    """One fact of money; its transfers were posted with it. `key` makes a repeat harmless."""

    rights = "append_only"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=160, blank=True, default="")
    posted_at = models.DateTimeField()
    meta: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["subject"], name="ledger_of_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Transfer(models.Model):
    """One positive amount out of `debit`'s into `credit`'s column of the books.

    The foreign keys are composite, (account, currency), and made in the migration: money of one
    currency cannot reach an account of another. `ref` marks what an amount in a shared account
    is for (the order whose money sits in escrow).
    """

    rights = "append_only"

    transaction = models.ForeignKey(
        LedgerTransaction, on_delete=models.PROTECT, related_name="transfers"
    )
    debit = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    credit = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    ref = models.CharField(max_length=160, blank=True, default="")
    xid = Xid8Field(db_default=CurrentXid(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_amount_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_two_accounts"),
        ]
        indexes = [
            models.Index(fields=["debit", "xid"], include=["amount"], name="ledger_debits"),
            models.Index(fields=["credit", "xid"], include=["amount"], name="ledger_credits"),
            models.Index(fields=["ref"], condition=~Q(ref=""), name="ledger_of_ref"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}: {self.debit_id} -> {self.credit_id}"


class Rollup(models.Model):
    """The sum of a hot account's transfers of all transactions below `upto`.

    Numbers of transactions mean something in one PostgreSQL only, so it is named: after a move
    elsewhere the rollup is ignored and made anew.
    """

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True)
    upto = Xid8Field()
    system = models.BigIntegerField()
    balance = models.BigIntegerField()
    rolled_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account_id}: {self.balance}"
