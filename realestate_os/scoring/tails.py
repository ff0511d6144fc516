"""How heavy the tails of the value model's error are, read off its two intervals.

Belongs here: the shape of the model's distribution of ln V. Does not: its centre and spread (valuation).

The standardised errors of held-out sales are not normal: Student's t fitted to them has 4.8 degrees of
freedom in King 2015 and 6.3 in Miami-Dade 2016. A normal believed that large differences were bargains:
of listings for which it claimed 62 % on average, 32 % were deals in King; of those with 71 %, 23 % in
Miami-Dade (docs/score.md, Reliability). So the model's distribution is a mixture of three normals about
one centre. tail 0 is a normal, tail 1 a t with 5 degrees of freedom up to its 99.9th percentile; the 80 %
interval is the model's own whatever the tail, and the tail is the one at which the 90 % interval is too.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from realestate_os.scoring.mixture import Floats, bisect
from realestate_os.scoring.repairs import Z_90

Z_95 = 1.6448536269514722
# Fitted to the logarithm of the tail of t with 5 degrees of freedom.
TAIL_SHARE: Floats = np.array([0.771, 0.219, 0.010])
SCALE_OF_T: Floats = np.array([0.834, 1.642, 3.551])
# Two intervals cannot see the far tail: never quite a normal, and never heavier than a t with 3 degrees.
LIGHTEST, HEAVIEST = 0.25, 1.5
TAILS: Floats = np.linspace(0, HEAVIEST, 61)


def tail_of(half_width_80: Floats, half_width_90: Floats) -> Floats:
    """The tail at which a home has both intervals, (n,); 1 where one is unknown.

    Args:
        half_width_80, half_width_90: of ln V, (n,).
    """
    ratio = half_width_90 / half_width_80
    found = np.interp(ratio, _RATIO, TAILS)
    return np.asarray(np.clip(np.where(np.isnan(ratio), 1.0, found), LIGHTEST, HEAVIEST))


def tail_scales(tail: Floats) -> Floats:
    """Standard deviations of the three normals in units of the model's spread, (n, 3)."""
    return np.asarray(SCALE_OF_T ** tail[:, None] * np.interp(tail, TAILS, _UNIT)[:, None])


def _end(scales: Floats, z: float) -> Floats:
    """Where each mixture has the tail that a normal has beyond z, (n,)."""
    outside = ndtr(-z)
    low, high = np.zeros(len(scales)), np.full(len(scales), 20.0)
    return bisect(lambda x: (TAIL_SHARE * ndtr(-x[:, None] / scales)).sum(axis=1) > outside, low, high)


_OPEN = SCALE_OF_T ** TAILS[:, None]
_UNIT = Z_90 / _end(_OPEN, Z_90)
_RATIO = _end(_OPEN, Z_95) / _end(_OPEN, Z_90)
