"""Addresses of the operator's composed pages, and of the books in the API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.manage.views import api, manage, money

manage_urls: list[URLPattern | URLResolver] = [
    path("manage/", manage.dashboard, name="manage_home"),
    path("manage/search/", manage.search, name="manage_search"),
    path("manage/subscription/", manage.subscription, name="manage_subscription"),
    path("manage/money/", money.overview, name="manage_money"),
    path("manage/books/", money.trial_balance, name="manage_books"),
    path("manage/books/journal/", money.journal, name="manage_journal"),
    path("manage/books/checks/", money.checks, name="manage_books_checks"),
    path("manage/books/accounts/<str:code>/", money.account, name="manage_account"),
]
api_urls: list[URLPattern | URLResolver] = [
    path("api/v1/books/accounts", api.AccountsView.as_view(), name="api_books_accounts"),
    path(
        "api/v1/books/accounts/<str:code>/statement",
        api.StatementView.as_view(),
        name="api_books_statement",
    ),
    path("api/v1/books/journal", api.JournalView.as_view(), name="api_books_journal"),
    path("api/v1/books/checks", api.ChecksView.as_view(), name="api_books_checks"),
]
