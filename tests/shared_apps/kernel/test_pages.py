from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.identity.models import User
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.pages import BadCursor, page_of
from tests.world import ALPHA

ORDERS = [("name", "id"), ("-name", "id"), ("-created_at", "-id")]


def _walk(order, limit, *, back=False):
    """All pages from one end to the other, as lists of e-mail addresses."""
    cursor, pages = "", []
    while True:
        page = page_of(User.objects.all(), cursor=cursor, limit=limit, order=order)
        pages.append([user.email for user in page.items])
        cursor = page.prev_cursor if back else page.next_cursor
        if not cursor:
            return pages, page


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    names=st.lists(st.sampled_from("abc"), max_size=12),
    limit=st.integers(1, 5),
    order=st.sampled_from(ORDERS),
)
def test_pages_hold_every_row_once_in_order(db, names, limit, order):
    with tenant_context(ALPHA):
        User.objects.all().delete()
        for index, name in enumerate(names):
            User.objects.create_user(f"{index}@alpha.example", name=name)
        expected = list(User.objects.order_by(*order).values_list("email", flat=True))

        pages, _ = _walk(order, limit)

    assert [email for page in pages for email in page] == expected
    assert all(len(page) <= limit for page in pages)


def test_a_page_leads_back(in_alpha):
    for index in range(5):
        User.objects.create_user(f"{index}@alpha.example", name=str(index))

    first = page_of(User.objects.all(), limit=2, order=("name", "id"))
    second = page_of(User.objects.all(), cursor=first.next_cursor, limit=2, order=("name", "id"))
    back = page_of(User.objects.all(), cursor=second.prev_cursor, limit=2, order=("name", "id"))

    assert [user.name for user in back.items] == [user.name for user in first.items]
    assert back.next_cursor
    assert not back.prev_cursor


def test_rows_added_meanwhile_do_not_repeat_others(in_alpha):
    for index in (1, 3, 5):
        User.objects.create_user(f"{index}@alpha.example", name=str(index))
    first = page_of(User.objects.all(), limit=2, order=("name", "id"))

    User.objects.create_user("0@alpha.example", name="0")
    second = page_of(User.objects.all(), cursor=first.next_cursor, limit=2, order=("name", "id"))

    assert [user.name for user in second.items] == ["5"]


@pytest.mark.parametrize("cursor", ["x", "W10", "bm9wZQ", "WzAsMV0", "a" * 500])
def test_foreign_cursors_are_refused(in_alpha, cursor):
    with pytest.raises(BadCursor):
        page_of(User.objects.all(), cursor=cursor)


def test_one_page_is_one_query(in_alpha, django_assert_num_queries):
    with django_assert_num_queries(1):
        page_of(User.objects.all())
