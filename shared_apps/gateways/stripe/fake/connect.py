"""Connected accounts: their onboarding, what they may do, how they are paid out."""

from __future__ import annotations

from shared_apps.gateways.sandbox.provider import OnboardingPage, Onward
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World, fresh_id
from shared_apps.gateways.stripe.fake.coming import A_DAY
from shared_apps.gateways.stripe.fake.happenings import tell
from shared_apps.gateways.stripe.fake.routes import Call, StripeSays, page_of, route

LINK_LASTS_SECONDS = 300
ASKED = ["business_profile.url", "external_account", "tos_acceptance.date", "tos_acceptance.ip"]


@route("GET", "/v1/account")
def retrieve_own_account(call: Call) -> Body:
    stored = call.world.find(call.scope)
    if stored is not None and stored.kind == "account":
        return stored.body
    return {
        "id": call.scope,
        "object": "account",
        "country": "US",
        "default_currency": "usd",
        "charges_enabled": True,
        "payouts_enabled": True,
        "details_submitted": True,
        "type": "standard",
        "email": None,
        "metadata": {},
        "settings": _settings("Sandbox merchant"),
    }


@route("POST", "/v1/accounts")
def create_account(call: Call) -> Body:
    wanted = [
        name for name, value in call.tree("capabilities").items() if value == {"requested": "true"}
    ]
    account: Body = {
        "id": fresh_id("acct_", 16),
        "object": "account",
        "created": call.world.now(),
        "business_profile": {},
        "business_type": call.text("business_type", "") or None,
        "capabilities": dict.fromkeys(wanted, "inactive"),
        "charges_enabled": False,
        "controller": {"type": "application", "is_controller": True, **call.tree("controller")},
        "country": call.text("country", "US").upper(),
        "default_currency": "usd",
        "details_submitted": False,
        "email": call.text("email", "") or None,
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": "/v1/accounts/external_accounts",
        },
        "future_requirements": _requirements([]),
        "metadata": call.metadata(),
        "payouts_enabled": False,
        "requirements": _requirements(ASKED),
        "settings": _settings(None),
        "tos_acceptance": {"date": None},
        "type": "none",
    }
    call.world.put(call.scope, "account", account)
    tell(call.world, account["id"], "account.updated", account, key=call.idempotency_key)
    return account


def _settings(name: str | None) -> Body:
    return {
        "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
        "card_payments": {
            "statement_descriptor_prefix": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "dashboard": {"display_name": name, "timezone": "Etc/UTC"},
        "payments": {
            "statement_descriptor": None,
            "statement_descriptor_kana": None,
            "statement_descriptor_kanji": None,
        },
        "payouts": {
            "debit_negative_balances": True,
            "schedule": {"interval": "daily", "delay_days": 2},
            "statement_descriptor": None,
        },
    }


def _requirements(due: list[str]) -> Body:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": list(due),
        "disabled_reason": "requirements.past_due" if due else None,
        "errors": [],
        "eventually_due": list(due),
        "past_due": list(due),
        "pending_verification": [],
    }


@route("GET", "/v1/accounts")
def list_accounts(call: Call) -> Body:
    return page_of(call, call.world.listed(call.scope, "account"), "/v1/accounts")


@route("GET", "/v1/accounts/{}")
def retrieve_account(call: Call) -> Body:
    if call.ids[0] == call.scope:
        return retrieve_own_account(call)
    return call.owned(call.ids[0], "account", param="account").body


@route("POST", "/v1/account_links")
def create_account_link(call: Call) -> Body:
    account = call.owned(call.text("account"), "account", param="account")
    now = call.world.now()
    token = fresh_id("al_", 32)
    link: Body = {
        "id": token,
        "_account": account.id,
        "_return_url": call.text("return_url"),
        "_refresh_url": call.text("refresh_url"),
        "_used": False,
        "object": "account_link",
        "created": now,
        "expires_at": now + LINK_LASTS_SECONDS,
        "url": f"{call.world.public_url}/onboard/{token}",
    }
    call.world.put(call.scope, "account_link", link)
    return {name: value for name, value in link.items() if name != "id"}


def link_of(token: str, world: World) -> Stored | None:
    stored = world.find(token)
    return stored if stored is not None and stored.kind == "account_link" else None


def onboarding_page(link: Stored, world: World) -> OnboardingPage:
    account = world.find(link.body["_account"])
    return OnboardingPage(
        token=link.id,
        provider_title="Stripe",
        account=link.body["_account"],
        email=(account.body["email"] or "") if account else "",
        is_open=not link.body["_used"] and world.now() < link.body["expires_at"],
        return_urls=(link.body["_return_url"], link.body["_refresh_url"]),
    )


def onboard(link: Stored, world: World) -> Onward:
    """Everything was told: the account may receive money. A used or old link leads to the refresh address."""
    account = world.find(link.body["_account"])
    if account is None or link.body["_used"] or world.now() >= link.body["expires_at"]:
        return Onward(link.body["_refresh_url"])
    link.body["_used"] = True
    world.save(link)
    account.body.update(
        details_submitted=True,
        payouts_enabled=True,
        charges_enabled=True,
        capabilities=dict.fromkeys(account.body["capabilities"], "active"),
        requirements=_requirements([]),
        tos_acceptance={"date": world.now()},
    )
    bank = _bank_account(account)
    account.body["external_accounts"]["data"] = [bank]
    world.save(account)
    for name in account.body["capabilities"]:
        tell(world, account.id, "capability.updated", _capability(account, name))
    tell(world, account.id, "account.external_account.created", bank)
    tell(world, account.id, "account.updated", account.body)
    world.remind("payday", account.id, scope=account.id, at=world.now() + A_DAY)
    return Onward(link.body["_return_url"])


def _bank_account(account: Stored) -> Body:
    return {
        "id": fresh_id("ba_"),
        "object": "bank_account",
        "account": account.id,
        "account_holder_name": None,
        "account_holder_type": "company",
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": "SANDBOX BANK",
        "country": account.body["country"],
        "currency": account.body["default_currency"],
        "default_for_currency": True,
        "fingerprint": fresh_id("", 16),
        "last4": "6789",
        "metadata": {},
        "routing_number": "110000000",
        "status": "new",
    }


def _capability(account: Stored, name: str) -> Body:
    return {
        "id": name,
        "object": "capability",
        "account": account.id,
        "future_requirements": account.body["future_requirements"],
        "requested": True,
        "requested_at": account.body["created"],
        "requirements": account.body["requirements"],
        "status": account.body["capabilities"][name],
    }


def restrict(account: Stored, world: World, *, asked: str) -> Body:
    """The provider wants to know more: until then the account gets nothing."""
    account.body.update(
        payouts_enabled=False,
        capabilities=dict.fromkeys(account.body["capabilities"], "inactive"),
        requirements=_requirements([asked]),
    )
    world.save(account)
    for name in account.body["capabilities"]:
        tell(world, account.id, "capability.updated", _capability(account, name))
    tell(world, account.id, "account.updated", account.body)
    return account.body


def deauthorise(account: Stored, world: World) -> Body:
    """The partner leaves the platform: the platform's key opens this account no more."""
    application: Body = {"id": "ca_sandbox", "object": "application", "name": "Sandbox merchant"}
    tell(world, account.id, "account.application.deauthorized", application)
    account.body["_is_gone"] = True
    world.put(account.scope, "account", account.body, parent="gone")
    return {"account": account.id, "gone": True}


@route("GET", "/v1/balance_settings")
def retrieve_balance_settings(call: Call) -> Body:
    return _balance_settings(_scheduled(call))


@route("POST", "/v1/balance_settings")
def update_balance_settings(call: Call) -> Body:
    account = _scheduled(call)
    wished = call.tree("payments")
    payouts = account.body["settings"]["payouts"]
    if isinstance(inner := wished.get("payouts"), dict) and isinstance(inner.get("schedule"), dict):
        interval = inner["schedule"].get("interval", "")
        if interval not in {"manual", "daily", "weekly", "monthly"}:
            raise StripeSays(
                400, "", f"Invalid interval: {interval}", param="payments[payouts][schedule]"
            )
        payouts["schedule"]["interval"] = interval
    if "debit_negative_balances" in wished:
        payouts["debit_negative_balances"] = wished["debit_negative_balances"] == "true"
    call.world.save(account)
    return _balance_settings(account)


def _scheduled(call: Call) -> Stored:
    account = call.world.find(call.scope)
    if account is None or account.kind != "account":
        raise StripeSays(400, "", "This sandbox keeps such settings for connected accounts only.")
    return account


def _balance_settings(account: Stored) -> Body:
    payouts = account.body["settings"]["payouts"]
    return {
        "object": "balance_settings",
        "payments": {
            "debit_negative_balances": payouts["debit_negative_balances"],
            "payouts": {
                "minimum_balance_by_currency": None,
                "schedule": {"interval": payouts["schedule"]["interval"]},
                "statement_descriptor": None,
                "status": "enabled" if account.body["payouts_enabled"] else "disabled",
            },
            "settlement_timing": {"delay_days": payouts["schedule"]["delay_days"]},
        },
    }
