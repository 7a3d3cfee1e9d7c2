from __future__ import annotations

import json

import pytest
from django.test import RequestFactory
from rest_framework import exceptions

from config.api import problem_response
from config.problems import rendered
from shared_apps.kernel.errors import NotFound, Unprocessable
from shared_apps.kernel.problems import problem


def test_members_of_a_problem():
    body = problem(NotFound("No such product", product="prod_1"), path="/api/v1/x", request_id="r1")

    assert body["type"] == "urn:galleria:problem:record-not-found"
    assert (body["status"], body["code"], body["product"]) == (404, "record_not_found", "prod_1")
    assert (body["path"], body["instance"], body["request_id"]) == ("/api/v1/x", "/api/v1/x", "r1")
    assert body["detail"] == body["message"] == "No such product"


def test_members_cannot_displace_the_standard_ones():
    assert problem(NotFound(status=200), path="/")["status"] == 404


def test_field_errors_are_pointers():
    error = Unprocessable(errors={"lines.0.quantity": ["Too many"], "email": ["No"]})

    assert problem(error, path="/")["errors"] == [
        {"pointer": "/lines/0/quantity", "detail": "Too many"},
        {"pointer": "/email", "detail": "No"},
    ]


def test_programs_get_json():
    answer = rendered(RequestFactory().get("/api/v1/things"), NotFound())

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["code"] == "record_not_found"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (exceptions.NotAuthenticated(), 401, "authentication_required"),
        (exceptions.PermissionDenied(), 403, "access_denied"),
        (exceptions.NotFound(), 404, "record_not_found"),
        (exceptions.Throttled(), 429, "rate_limit_exceeded"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.ParseError(), 400, "bad_request"),
        (exceptions.ValidationError({"a": {"b": ["wrong"]}}), 422, "validation_error"),
    ],
)
def test_framework_errors_become_problems(error, status, code):
    answer = problem_response(error, {"request": RequestFactory().get("/api/v1/x")})

    assert (answer.status_code, answer.data["code"]) == (status, code)


def test_defects_stay_defects():
    assert problem_response(ZeroDivisionError(), {"request": None}) is None
