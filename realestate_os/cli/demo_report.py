"""What the demo found: the summary as plain data, and as tables.

Belongs here: reading what the runs left (frames, metadata, campaign counts) and showing it. Does
not: computing any figure anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realestate_os.cli.demo import DemoResult
from realestate_os.cli.runs import ALL_ASSETS
from realestate_os.settings import Settings

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

TOP = 10


def summarize(settings: Settings, result: DemoResult, *, seconds: float) -> dict[str, Any]:
    """Deals, leads, stages, campaigns and places, as JSON-ready data."""
    world = result.world
    scored = _scored_homes(settings, f"{world.county}|{world.day}")
    return {
        "county": world.county,
        "date": world.day.isoformat(),
        "listings": world.listings,
        "sales_file": str(world.sales) if world.sales else None,
        "seconds": seconds,
        "parts_seconds": result.seconds,
        "model_reused": result.model_reused,
        "runs": [{"run_id": run.run_id, "assets": list(run.seconds), "seconds": run.seconds} for run in result.runs],
        "stages": _stages(result),
        "deals": _rows(scored[scored["bird_dog_score"].notna()].nlargest(TOP, "score_log_odds"), DEAL_FIELDS),
        "leads": _rows(scored[scored["lead_rank"].notna()].nsmallest(TOP, "lead_rank"), LEAD_FIELDS),
        "campaigns": _campaigns(settings, result),
        "events": result.events,
        "places": {
            "memos": str(settings.home / "objects" / "packets")
            if not settings.object_store_url
            else settings.objects_url,
            "mails": str(settings.home / "mails"),
            "logs": str(settings.home / "logs"),
        },
    }


DEAL_FIELDS = (
    "address", "listing_price_usd", "value_usd", "value_low_90_usd", "value_high_90_usd",
    "posterior_value_usd", "posterior_low_90_usd", "posterior_high_90_usd", "arv_usd", "mao_usd",
    "p_deal", "bird_dog_score", "band", "confidence_band", "url",
)  # fmt: skip
LEAD_FIELDS = (
    "address", "lead_rank", "value_usd", "value_low_90_usd", "value_high_90_usd", "arv_usd", "opening_offer_usd",
    "lead_reasons", "url",
)  # fmt: skip


def print_summary(console: Console, summary: dict[str, Any]) -> None:
    """The summary for a person."""
    console.print(f"\n[bold]{summary['county']}, {summary['date']}[/bold]")
    console.print(_deals_table(summary["deals"]))
    console.print(_leads_table(summary["leads"]))
    console.print(_stages_table(summary["stages"]))
    console.print(_campaigns_table(summary["campaigns"]))
    for name, place in summary["places"].items():
        console.print(f"{name:6} {place}", markup=False, highlight=False, soft_wrap=True)
    reused = " (the month's model was there already)" if summary["model_reused"] else ""
    console.print(
        f"\nDone in {summary['seconds']:.0f} s, {len(summary['runs'])} Dagster runs{reused}.", highlight=False
    )
    console.print(
        "To look at the runs, their lineage and metadata: [bold]make up[/bold] (Dagster, MLflow and the web app)."
    )


def _scored_homes(settings: Settings, key: str) -> pd.DataFrame:
    from realestate_os.discovery.frames import LISTINGS
    from realestate_os.resources.object_store import ObjectStore
    from realestate_os.scoring.frames import SCORES

    store = ObjectStore.from_settings(settings).parquet
    listings = store.read(LISTINGS, key)[["property_id", "street_address", "unit", "city", "zip_code", "url"]]
    homes = store.read(SCORES, key).merge(listings, on="property_id", validate="one_to_one")
    unit = homes["unit"].map(lambda value: f" {value}" if value else "")
    homes["address"] = (
        homes["street_address"] + unit + ", " + homes["city"].fillna("") + " " + homes["zip_code"].fillna("")
    )
    return homes


def _rows(homes: pd.DataFrame, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    chosen = homes[list(fields)]
    return [
        {name: _plain(value) for name, value in zip(fields, values, strict=True)}
        for values in chosen.itertuples(index=False)
    ]


def _plain(value: Any) -> Any:
    """NaN is null in JSON; numbers keep at most four decimals."""
    if isinstance(value, float):
        return None if value != value else round(value, 4)
    return value


def _stages(result: DemoResult) -> list[dict[str, Any]]:
    stages = []
    for run in result.runs:
        for asset, seconds in run.seconds.items():
            if asset not in ALL_ASSETS:
                continue  # a check
            metadata = run.metadata.get(asset, {})
            stages.append(
                {
                    "asset": asset,
                    "rows": metadata.get("rows"),
                    "set_aside": metadata.get("set_aside", 0),
                    "reasons": metadata.get("set_aside_reasons") or {},
                    "seconds": round(seconds, 1),
                }
            )
    return stages


def _campaigns(settings: Settings, result: DemoResult) -> list[dict[str, Any]]:
    from sqlalchemy import select

    from realestate_os.resources.database import Database
    from realestate_os.storage.tables import EmailCampaign

    columns = (EmailCampaign.audience, EmailCampaign.name, EmailCampaign.status, EmailCampaign.counts)
    query = select(*columns).where(EmailCampaign.county == result.world.county, EmailCampaign.as_of == result.world.day)
    database = Database.from_settings(settings)
    found: list[dict[str, Any]] = []
    try:
        for tenant in database.tenants():
            with database.transaction(tenant.id) as connection:
                found += [{"tenant": tenant.slug, **row._mapping} for row in connection.execute(query)]
    finally:
        database.dispose()
    return found


def _deals_table(deals: list[dict[str, Any]]) -> Any:
    table = _table(
        "Best deals", "Address", "Ask", "Value (90 % interval)", "ARV", "MAO", "p(deal)", "Score", "Confidence"
    )
    for deal in deals:
        table.add_row(
            _text(deal["address"]),
            _usd(deal["listing_price_usd"]),
            _interval(deal, "posterior_value_usd", "posterior_low_90_usd", "posterior_high_90_usd"),
            _usd(deal["arv_usd"]),
            _usd(deal["mao_usd"]),
            f"{deal['p_deal']:.2f}",
            f"{deal['bird_dog_score']:.1f} {deal['band']}",
            str(deal["confidence_band"]),
        )
    return table


def _leads_table(leads: list[dict[str, Any]]) -> Any:
    table = _table(
        "Best leads without an asking price", "Rank", "Address", "Value (90 % interval)", "ARV", "Opening offer"
    )
    for lead in leads:
        rank = f"{lead['lead_rank']:.0f}"
        table.add_row(
            rank,
            _text(lead["address"]),
            _interval(lead, "value_usd", "value_low_90_usd", "value_high_90_usd"),
            _usd(lead["arv_usd"]),
            _usd(lead["opening_offer_usd"]),
        )
    return table


def _stages_table(stages: list[dict[str, Any]]) -> Any:
    table = _table("Stages", "Asset", "Rows", "Set aside", "Why", "Seconds")
    for stage in stages:
        why = ", ".join(f"{reason} {count}" for reason, count in stage["reasons"].items())
        rows = "-" if stage["rows"] is None else f"{stage['rows']:,}"
        table.add_row(stage["asset"], rows, str(stage["set_aside"]), _text(why), f"{stage['seconds']:.1f}")
    return table


def _campaigns_table(campaigns: list[dict[str, Any]]) -> Any:
    table = _table("Campaigns", "Audience", "Name", "Status", "Figures")
    for campaign in campaigns:
        figures = ", ".join(f"{name} {count}" for name, count in campaign["counts"].items() if count)
        table.add_row(campaign["audience"], _text(campaign["name"]), campaign["status"], figures)
    return table


def _table(title: str, *headers: str) -> Any:
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold")
    numbers = {
        "Ask",
        "ARV",
        "MAO",
        "p(deal)",
        "Rows",
        "Set aside",
        "Seconds",
        "Rank",
        "Opening offer",
        "Value (90 % interval)",
        "Score",
    }
    for header in headers:
        table.add_column(header, justify="right" if header in numbers else "left", overflow="fold")
    return table


def _text(value: object) -> str:
    """Scraped text; brackets are not markup and control characters move no cursor."""
    from rich.markup import escape

    if value is None:
        return "-"
    return escape("".join(c for c in str(value) if c.isprintable()))


def _usd(value: float | None) -> str:
    return "-" if value is None else f"${value:,.0f}"


def _interval(home: dict[str, Any], value: str, low: str, high: str) -> str:
    if home[value] is None:
        return "-"
    return f"{_usd(home[value])} ({home[low] / 1000:,.0f}k-{home[high] / 1000:,.0f}k)"
