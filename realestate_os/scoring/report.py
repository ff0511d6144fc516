"""What the UI shows of a day's scores: counts, the best deals, a picture.

Belongs here: tables and pictures for metadata. Does not: the scores.
"""

from __future__ import annotations

import base64
import io
from collections import Counter

import pandas as pd

from realestate_os.scoring.score import BANDS

TOP_DEALS = 10
DEAL_COLUMNS = [
    "property_id",
    "listing_price_usd",
    "value_usd",
    "arv_usd",
    "mao_usd",
    "p_deal",
    "bird_dog_score",
    "band",
]


def band_counts(scores: pd.DataFrame) -> dict[str, int]:
    """Band -> how many, the best first."""
    counts = Counter(scores["band"].dropna())
    return {name: counts.get(name, 0) for _, name in BANDS}


def null_counts(scores: pd.DataFrame) -> dict[str, int]:
    """score_null_reason -> how many, most frequent first."""
    return dict(Counter(scores["score_null_reason"].dropna()).most_common())


def top_deals(scores: pd.DataFrame) -> pd.DataFrame:
    """The best ten by log-odds, which never tie."""
    scored = scores[scores["bird_dog_score"].notna()]
    return scored.nlargest(TOP_DEALS, "score_log_odds")[DEAL_COLUMNS]


def score_picture(scores: pd.DataFrame) -> str:
    """A histogram of bird_dog_score as a Markdown image with its bytes inside."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 2.2), layout="constrained")
    axes = figure.add_subplot()
    axes.hist(scores["bird_dog_score"].dropna(), bins=range(0, 105, 5), color="#1f4e5f")
    axes.set(xlabel="bird_dog_score", ylabel="listings", xlim=(0, 100))
    axes.spines[["top", "right"]].set_visible(False)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=90)
    return f"![scores](data:image/png;base64,{base64.b64encode(file.getvalue()).decode()})"
