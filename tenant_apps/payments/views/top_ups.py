"""Topping up a wallet: the form's address, the way back from the gateway, and the API."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.models import User
from shared_apps.identity.permissions import signed_in
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.money import Money
from shared_apps.kernel.refusals import sentence_of
from shared_apps.outbox.domain.repeats import idempotent
from tenant_apps.payments.domain import top_ups

PLACE = "/account/wallet/"


class SeeOther(HttpResponseRedirect):
    """After a form was sent: look there now, with GET."""

    status_code = 303


@require_POST
@signed_in
def top_up(request: HttpRequest) -> HttpResponse:
    """POST amount=N in the marketplace's currency; leads to the gateway's page."""
    user = cast("User", request.user)
    try:
        amount = Money.parse(request.POST.get("amount", ""), current_tenant().currency)
        opened = top_ups.top_up(
            user_id=user.id, email=user.email, amount=amount, acting=acting_as(request), at=now()
        )
    except DomainError as error:
        messages.error(request, sentence_of(error))
        return SeeOther(PLACE)
    return SeeOther(opened.redirect_url or PLACE)


@never_cache
@require_GET
@signed_in
def come_back(request: HttpRequest) -> HttpResponse:
    """The gateway sent the customer back; what it says in the address proves nothing."""
    payment = top_ups.finish_top_up(provider_id=request.GET.get("payment", ""), at=now())
    if payment.is_paid:
        messages.success(request, _("Topped up. You can spend it at once."))
    else:
        messages.info(request, _("We have not heard of your payment yet; it appears here then."))
    return redirect(PLACE)


class TopUpInput(serializers.Serializer[Any]):
    amount = serializers.CharField(max_length=20)
    currency = serializers.CharField(max_length=3, default="")


class TopUpStarted(serializers.Serializer[Any]):
    payment = serializers.CharField()
    redirect_url = serializers.CharField()
    status = serializers.CharField()


class TopUpsView(APIView):
    @extend_schema(request=TopUpInput, responses={201: TopUpStarted}, tags=["wallet"])
    @idempotent
    def post(self, request: Request) -> Response:
        """Open a payment page for a top-up. Needs an Idempotency-Key."""
        form = TopUpInput(data=request.data)
        form.is_valid(raise_exception=True)
        said, user = form.validated_data, cast("User", request.user)
        opened = top_ups.top_up(
            user_id=user.id,
            email=user.email,
            amount=Money.parse(said["amount"], said["currency"] or current_tenant().currency),
            acting=acting_as(request),
            at=now(),
        )
        body = {
            "payment": opened.reference,
            "redirect_url": opened.redirect_url,
            "status": opened.state,
        }
        return Response(body, status=201)
