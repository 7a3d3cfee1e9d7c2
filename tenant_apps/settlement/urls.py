"""Commission and payouts: pages of the operator and of partners, and the API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.settlement.views import api, manage, partner, payouts

_RULE = "manage/commission/<uuid:rule_id>/"
_PAYOUT = "manage/payouts/<str:public>/"
_FILE = "manage/payouts/files/<str:public>/"

manage_urls: list[URLPattern | URLResolver] = [
    path("manage/commission/", manage.rules, name="manage_commission"),
    path("manage/commission/new/", manage.new_rule, name="manage_commission_new"),
    path("manage/commission/explain/", manage.explain, name="manage_commission_explain"),
    path("manage/commission/release/", manage.release, name="manage_commission_release"),
    path(_RULE, manage.rule, name="manage_commission_rule"),
    path(f"{_RULE}move/", manage.move, name="manage_commission_move"),
    path(f"{_RULE}switch/", manage.switch, name="manage_commission_switch"),
    path(f"{_RULE}removal/", manage.remove, name="manage_commission_remove"),
    path("manage/payouts/", payouts.overview, name="manage_payouts"),
    path("manage/payouts/pay/", payouts.pay, name="manage_payouts_pay"),
    path("manage/payouts/terms/", payouts.terms, name="manage_payouts_terms"),
    path(
        "manage/payouts/terms/<str:public>/",
        payouts.partner_terms,
        name="manage_payouts_partner_terms",
    ),
    path("manage/payouts/payer/", payouts.payer, name="manage_payouts_payer"),
    path("manage/payouts/files/", payouts.export, name="manage_payouts_export"),
    path(f"{_FILE}sepa.xml", payouts.sepa_file, name="manage_payouts_sepa"),
    path(f"{_FILE}payouts.csv", payouts.csv_file, name="manage_payouts_csv"),
    path(f"{_FILE}paid/", payouts.file_paid, name="manage_payouts_file_paid"),
    path(_PAYOUT, payouts.payout, name="manage_payout"),
    path(f"{_PAYOUT}<slug:decision>/", payouts.decide, name="manage_payout_decide"),
]
partner_urls: list[URLPattern | URLResolver] = [
    path("partner/earnings/", partner.earnings, name="partner_earnings"),
    path("partner/earnings/settings/", partner.settings, name="partner_payout_settings"),
    path("partner/earnings/settings/onboarding/", partner.onboarding, name="partner_onboarding"),
    path("partner/earnings/settings/return/", partner.onboarded, name="partner_onboarded"),
    path("partner/earnings/<str:month>/", partner.statement, name="partner_statement"),
    path(
        "partner/earnings/<str:month>/statement.csv",
        partner.statement_as_csv,
        name="partner_statement_csv",
    ),
    path(
        "partner/earnings/<str:month>/statement.pdf",
        partner.statement_as_pdf,
        name="partner_statement_pdf",
    ),
]
api_urls: list[URLPattern | URLResolver] = [
    path("api/v1/commission-rules", api.RulesView.as_view(), name="api_commission_rules"),
    path(
        "api/v1/commission-rules/simulation",
        api.SimulationView.as_view(),
        name="api_commission_simulation",
    ),
    path(
        "api/v1/commission-rules/explanation",
        api.ExplanationView.as_view(),
        name="api_commission_explanation",
    ),
    path(
        "api/v1/commission-rules/<str:public>",
        api.RuleView.as_view(),
        name="api_commission_rule",
    ),
    path("api/v1/payouts", api.PayoutsView.as_view(), name="api_payouts"),
    path("api/v1/payouts/<str:public>", api.PayoutDetailView.as_view(), name="api_payout"),
    path("api/v1/earnings", api.EarningsView.as_view(), name="api_earnings"),
    path("api/v1/earnings/balances", api.BalancesView.as_view(), name="api_balances"),
    path("api/v1/statements", api.StatementsView.as_view(), name="api_statements"),
]
