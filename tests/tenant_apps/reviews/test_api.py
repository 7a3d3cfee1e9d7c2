"""Reviews by API."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from shared_apps.kernel.context import bound, tenant_context
from shared_apps.kernel.ids import public_id
from tenant_apps.reviews.models import Review
from tests.tenant_apps.reviews.conftest import arrived
from tests.world import ALPHA, BETA

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(alpha):
    with tenant_context(alpha):
        world = arrived()
        users = Review._meta.get_field("written_by").related_model.objects
        world.people = {name: users.get(email=f"{name}@example.com") for name in ("cy", "lena")}
    world.body = {
        "order": public_id("ord", world.order.pk),
        "subject": public_id("prod", world.bowl),
        "rating": 4,
        "title": "Good",
        "text": "Does what it should.",
    }
    return world


def caller(user=None, tenant=ALPHA):
    client = Client(HTTP_HOST=tenant.host)
    if user is not None:
        with tenant_context(tenant):
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def send(client, method, path, body=None):
    with bound(None):
        return client.generic(method, path, json.dumps(body or {}), content_type="application/json")


def test_write_list_revise_withdraw(shop):
    cy = caller(shop.people["cy"])
    made = send(cy, "POST", "/api/v1/reviews", shop.body)
    assert made.status_code == 201
    review = made.json()
    assert (review["status"], review["verified_purchase"]) == ("published", True)

    listed = caller().get("/api/v1/reviews", {"subject": shop.body["subject"]}).json()
    assert [each["id"] for each in listed["data"]] == [review["id"]]
    assert "status" not in listed["data"][0]
    assert listed["meta"]["rating"] == {
        "average": 4.0,
        "count": 1,
        "stars": {"1": 0, "2": 0, "3": 0, "4": 1, "5": 0},
    }

    path = f"/api/v1/reviews/{review['id']}"
    assert send(cy, "PUT", path, {"rating": 1}).json()["rating"] == 1
    assert send(cy, "DELETE", path).status_code == 204
    assert cy.get(path).json()["status"] == "withdrawn"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"rating": 6}, 422, "validation_error"),
        ({"rating": "many"}, 422, "validation_error"),
        ({"subject": "ride_aaaaaaaaaaaaaaaaaaaaaaaaaa"}, 404, "subject_unknown"),
        ({"subject": "prod_x"}, 404, "record_not_found"),
        ({"order": public_id("ord", ALPHA.id)}, 403, "not_delivered"),
    ],
)
def test_what_is_wrong_is_said(shop, change, status, code):
    answer = send(caller(shop.people["cy"]), "POST", "/api/v1/reviews", shop.body | change)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_once_only_and_signed_in_only(shop):
    cy = caller(shop.people["cy"])
    send(cy, "POST", "/api/v1/reviews", shop.body)

    again = send(cy, "POST", "/api/v1/reviews", shop.body)
    assert (again.status_code, again.json()["code"]) == (409, "already_reviewed")
    assert send(caller(), "POST", "/api/v1/reviews", shop.body).status_code == 401
    assert caller().get("/api/v1/reviews").status_code == 422


def test_reply_and_report(shop):
    cy, lena = caller(shop.people["cy"]), caller(shop.people["lena"])
    path = f"/api/v1/reviews/{send(cy, 'POST', '/api/v1/reviews', shop.body).json()['id']}"

    assert send(lena, "PUT", f"{path}/reply", {"text": "Thanks"}).json()["reply"]["text"] == (
        "Thanks"
    )
    assert send(cy, "PUT", f"{path}/reply", {"text": "No"}).status_code == 403
    assert send(lena, "POST", f"{path}/reports", {"reason": "fake"}).status_code == 204
    assert send(lena, "POST", f"{path}/reports", {"reason": "?"}).status_code == 422
    assert lena.get(path).status_code == 404
    assert send(caller(None, BETA), "POST", f"{path}/reports", {"reason": "fake"}).status_code == (
        401
    )
