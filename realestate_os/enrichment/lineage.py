"""Which columns upstream each column of enrichment is made from, for Dagster's column lineage.

Belongs here: the lineage as plain data. Does not: Dagster's form of it (resources/reporting.py), or
which value won in a row (provenance.py).
"""

from __future__ import annotations

from realestate_os.enrichment.frames import ENRICHMENT, RECORD_FIELDS, SHARED_FIELDS, ZIP_FIGURES

Upstream = tuple[tuple[str, str], ...]


def enrichment_columns() -> dict[str, Upstream]:
    """Column of enrichment -> (asset, column) pairs."""
    columns: dict[str, Upstream] = {name: (("parcels", name), ("listings", name)) for name in SHARED_FIELDS}
    columns |= {name: (("parcels", name),) for name in RECORD_FIELDS}
    columns["last_sale_date"] = (("sales", "sale_date"), ("parcels", "last_sale_date"))
    columns["last_sale_price_usd"] = (("sales", "sale_price_usd"), ("parcels", "last_sale_price_usd"))
    columns |= {ours: (("zip_demographics", theirs), ("listings", "zip_code")) for ours, theirs in ZIP_FIGURES.items()}
    rents = ("median_rent_usd", *(f"median_rent_{n}br_usd" for n in range(6)))
    columns["zip_median_rent_usd"] = tuple(("zip_demographics", name) for name in rents)
    columns["census_vintage"] = (("zip_demographics", "vintage"),)
    columns["bargain_flag"] = (("listings", "bargain_flag"), ("parcels", "property_type"))
    columns["missing_sources"] = columns["status"] = (
        ("parcels", "apn"), ("zip_demographics", "vintage"), ("sales", "known_on"),
    )  # fmt: skip
    made_here = {"failed_sources", "liens_usd", *columns}
    return columns | {name: (("listings", name),) for name in ENRICHMENT.names if name not in made_here}
