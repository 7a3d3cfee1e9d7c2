"""Gift cards: money behind a code that only its holder knows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.errors import NotAllowed
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from shared_apps.ledger.domain.posting import InsufficientFunds
from shared_apps.ledger.queries import balance_of
from shared_apps.mailer.models import Message
from tenant_apps.promotions.domain import gift_cards
from tenant_apps.promotions.domain.gift_cards import BadGiftCard, GiftCardDraft, GiftCardUnknown
from tenant_apps.promotions.models import GiftCard
from tenant_apps.promotions.queries import gift_cards_page
from tenant_apps.wallet.domain import holds
from tests.tenant_apps.promotions.conftest import ADA, eur
from tests.tenant_apps.wallet.conftest import assert_books_hold
from tests.world import NOW

pytestmark = pytest.mark.django_db


def issue(amount="50.00", **more):
    return gift_cards.issue(draft=GiftCardDraft(eur(amount), **more), acting=ADA, at=NOW)


def test_issued_card_is_found_by_its_code(in_alpha):
    card = issue()

    found = gift_cards.find(card.code)

    assert (found.id, found.source, found.balance) == (
        card.id,
        f"gift_card:{card.id}",
        eur("50.00"),
    )
    assert gift_cards.find(card.code.lower().replace("-", " ")) == found
    assert balance_of("promotion_cost", "EUR") == eur("50.00")
    assert_books_hold()


def test_only_a_hash_of_the_code_is_kept(in_alpha):
    card = issue()

    row = GiftCard.objects.get()

    plain = card.code.replace("-", "")
    assert len(plain) == 16
    assert plain not in str(vars(row))
    assert row.code_end == plain[-4:]


def test_wrong_codes_open_nothing(in_alpha):
    issue()

    for code in ("", "-", "2222-2222-2222-2222"):
        with pytest.raises(GiftCardUnknown):
            gift_cards.find(code)


def test_recipient_is_written_to(in_alpha):
    card = issue(recipient_email="di@customers.example", message="Happy birthday")

    mail = Message.objects.get()
    assert mail.to == "di@customers.example"
    assert card.code in mail.text
    assert card.code in mail.html
    assert "€50.00" in mail.text
    assert "Happy birthday" in mail.text


def test_blocked_card_cannot_be_used(in_alpha):
    card = issue()

    gift_cards.move_gift_card(card_id=card.id, move="block", acting=ADA, at=NOW)

    with pytest.raises(GiftCardUnknown):
        gift_cards.find(card.code)
    gift_cards.move_gift_card(card_id=card.id, move="unblock", acting=ADA, at=NOW)
    assert gift_cards.find(card.code).balance == eur("50.00")


def test_blocked_card_cannot_be_spent_by_who_knew_it(in_alpha):
    card = issue()
    source = gift_cards.find(card.code).source
    gift_cards.move_gift_card(card_id=card.id, move="block", acting=ADA, at=NOW)

    with pytest.raises(InsufficientFunds):
        operation(holds.hold)(
            source=source,
            amount=eur("0.01"),
            key="k",
            subject=Ref("ordering.order", "o1"),
            at=NOW,
        )

    assert gift_cards_page().items[0].balance == eur("50.00")
    assert_books_hold()


def test_blocked_card_expires_too(in_alpha):
    card = issue(expires_at=NOW + timedelta(days=1))
    gift_cards.move_gift_card(card_id=card.id, move="block", acting=ADA, at=NOW)

    gift_cards.expire_cards(at=NOW + timedelta(days=1))

    assert balance_of("promotion_cost", "EUR") == eur("0.00")
    assert_books_hold()


def test_expired_card_gives_back_what_it_cost(in_alpha):
    card = issue(expires_at=NOW + timedelta(days=1))

    assert gift_cards.expire_cards(at=NOW + timedelta(hours=23)) == 0
    assert gift_cards.expire_cards(at=NOW + timedelta(days=1)) == 1

    with pytest.raises(GiftCardUnknown):
        gift_cards.find(card.code)
    assert balance_of("promotion_cost", "EUR") == eur("0.00")
    assert_books_hold()


@pytest.mark.parametrize("amount", ["4.99", "1000.01", "-5.00"])
def test_amounts_have_bounds(in_alpha, amount):
    with pytest.raises(BadGiftCard):
        issue(amount)


def test_only_the_operator_gives_cards(in_alpha):
    cy = Actor("user", "x", "Cy", frozenset({"customer"}))

    with pytest.raises(NotAllowed):
        gift_cards.issue(draft=GiftCardDraft(eur("50.00")), acting=cy, at=NOW)


def test_code_of_another_tenant(in_alpha, beta):
    card = issue()

    with tenant_context(beta), pytest.raises(GiftCardUnknown):
        gift_cards.find(card.code)
