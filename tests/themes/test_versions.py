from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.template.loader import get_template
from django.test.utils import CaptureQueriesContext

from shared_apps.audit.models import AuditEntry
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.context import bound, tenant_context
from shared_apps.kernel.transactions import TransactionRequired
from shared_apps.outbox.models import OutboxEvent
from tests.world import ALPHA, BETA, NOW
from themes.domain.packages import UnknownTheme
from themes.domain.versions import (
    AlreadyPublished,
    DesignChoice,
    InvalidDesign,
    UnknownVersion,
    compile_design,
    publish_version,
    start_from_preset,
)
from themes.models import ThemeConfig, ThemeVersion
from themes.queries import Design, active_design, design_previewed, design_remembered


def start(tenant, theme, **choice):
    with tenant_context(tenant), transaction.atomic():
        wanted = DesignChoice(theme=theme, brand_name=tenant.name, **choice)
        return start_from_preset(choice=wanted, acting=SYSTEM, at=NOW)


@pytest.fixture
def alpha_in_hearth(alpha):
    return start(alpha, "hearth")


@pytest.fixture
def beta_in_metro(beta):
    return start(beta, "metro")


def test_a_first_design_is_live_at_once(alpha, alpha_in_hearth):
    with tenant_context(alpha):
        design = active_design()
        actions = list(AuditEntry.objects.values_list("action", flat=True))
        events = list(OutboxEvent.objects.values_list("name", flat=True))

    assert design.brand_name == "Alpha"
    assert design.chain == ("hearth", "base")
    assert [section.type for section in design.sections][:2] == ["hero_split", "categories"]
    assert "themes.design.publish" in actions
    assert "themes.design_published.v1" in events


def test_a_brand_colour_of_their_own_is_kept_exactly(alpha, db):
    start(alpha, "hearth", brand="#336699")

    with tenant_context(alpha):
        assert active_design().brand_colour == "#336699"


def test_a_bad_colour_is_refused_by_name(alpha, db):
    with pytest.raises(InvalidDesign) as caught:
        start(alpha, "hearth", brand="red;}")

    assert "brand" in caught.value.errors


def test_an_unknown_theme_or_preset_is_refused(alpha, db):
    with pytest.raises(UnknownTheme):
        start(alpha, "../base")
    with pytest.raises(UnknownTheme):
        start(alpha, "hearth", preset="../../x")


@pytest.mark.django_db(transaction=True)
def test_a_first_design_is_part_of_an_operation(alpha):
    with tenant_context(alpha), pytest.raises(TransactionRequired):
        start_from_preset(choice=DesignChoice("hearth", "Alpha"), acting=SYSTEM, at=NOW)


def test_a_design_costs_one_query_a_request_and_then_none(alpha, alpha_in_hearth):
    with tenant_context(alpha):
        active_design()
        with (
            CaptureQueriesContext(
                connection,
            ) as queries,
            design_remembered(),
        ):
            active_design()
            active_design()

    assert len(queries) == 1


def test_each_tenant_has_its_own_design(alpha, beta, alpha_in_hearth, beta_in_metro):
    with design_remembered():
        with tenant_context(alpha):
            of_alpha = active_design()
        with tenant_context(beta):
            of_beta = active_design()

    assert (of_alpha.chain[0], of_beta.chain[0]) == ("hearth", "metro")


def test_a_tenant_without_a_design_gets_the_plain_one(alpha, db):
    with tenant_context(alpha):
        assert active_design() == Design(brand_name="Alpha")


def test_the_style_sheet_answers_its_own_tenant_only(
    client, alpha, beta, alpha_in_hearth, beta_in_metro
):
    with tenant_context(alpha):
        url = active_design().css_url
    with bound(None):
        own = client.get(url, headers={"host": ALPHA.host})
        other = client.get(url, headers={"host": BETA.host})
        unknown = client.get("/t/0123456789abcdef.css", headers={"host": ALPHA.host})

    assert own.status_code == 200
    assert own["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "--brand:#b4532f" in own.content.decode()
    assert (other.status_code, unknown.status_code) == (404, 404)


def test_icon_manifest_and_robots_speak_for_the_tenant(client, alpha, alpha_in_hearth):
    with bound(None):
        icon = client.get("/icon.svg", headers={"host": ALPHA.host})
        manifest = client.get("/manifest.webmanifest", headers={"host": ALPHA.host})
        robots = client.get("/robots.txt", headers={"host": ALPHA.host})

    assert "#b4532f" in icon.content.decode()
    assert manifest.json()["name"] == "Alpha"
    assert "Disallow: /manage/" in robots.content.decode()


def test_every_answer_carries_the_strict_policy(client, alpha, alpha_in_hearth):
    with bound(None):
        policy = client.get("/robots.txt", headers={"host": ALPHA.host})["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert "form-action 'self' https://checkout.stripe.com" in policy


def _draft(**values):
    return ThemeVersion.objects.create(
        number=2,
        theme="metro",
        settings={"brand_name": "Alpha"},
        created_by="t",
        created_at=NOW,
        **values,
    )


@pytest.mark.django_db(transaction=True)
def test_publishing_again_moves_the_pointer_and_keeps_the_old_sheet(alpha):
    first = start(alpha, "hearth")
    with tenant_context(alpha):
        before = active_design()
        publish_version(version_id=_draft().id, acting=SYSTEM, at=NOW)
        after = active_design()
        config = ThemeConfig.objects.get()
        old = ThemeVersion.objects.get(id=first)
        with pytest.raises(AlreadyPublished):
            publish_version(version_id=first, acting=SYSTEM, at=NOW)
        with pytest.raises(UnknownVersion):
            publish_version(version_id=ALPHA.id, acting=SYSTEM, at=NOW)
        ThemeConfig.objects.all().delete()
        ThemeVersion.objects.all().delete()

    assert (before.chain[0], after.chain[0]) == ("hearth", "metro")
    assert config.revision == 2
    assert before.css_url.endswith(f"{old.css_hash}.css")


def test_too_many_sections_are_refused(alpha, db):
    home = [{"key": str(n), "type": "text"} for n in range(31)]

    with pytest.raises(InvalidDesign):
        start(alpha, "hearth", settings={"home": home})


def test_templates_of_two_themes_never_mix_between_threads(tmp_path, monkeypatch):
    from themes import loader

    for theme in ("hearth", "metro"):
        folder = tmp_path / theme / "templates" / "probe"
        folder.mkdir(parents=True)
        (folder / "card.html").write_text(f"drawn by {theme}")
        (folder / "page.html").write_text("{% include 'probe/card.html' %}")
    monkeypatch.setattr(loader, "THEMES", tmp_path)
    looks = {name: Design(brand_name=name, chain=(name, "base")) for name in ("hearth", "metro")}
    gate = threading.Barrier(4)

    def render(theme):
        gate.wait()
        drawn = set()
        for _ in range(50):
            with design_previewed(looks[theme]):
                drawn.add(get_template("probe/page.html").render())
        return theme, drawn

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(render, ("hearth", "metro", "hearth", "metro")))

    assert all(drawn == {f"drawn by {theme}"} for theme, drawn in results)


def test_every_theme_compiles_with_every_pair_passing():
    for theme in ("base", "hearth", "metro", "riviera"):
        assert all(reading[-1] for reading in compile_design(theme, {}).readings)
