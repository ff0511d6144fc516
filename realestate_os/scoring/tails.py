"""How heavy the tails of the value model's error are, and to which side: read off its two intervals.

Belongs here: the shape of the model's distribution of ln V. Does not: its centre and spread (valuation).

The standardised errors of held-out sales are neither normal nor even: Student's t fitted to them has 5.1
degrees of freedom in King 2014-15 and 6.5 in Miami-Dade 2016, and prices fall three spreads short of the
value in 1.3 and 0.7 % of sales, exceed it by as much in 0.3 and 0.2 %: what no record shows is mostly
damage. A normal believed that large differences were bargains: of listings for which it claimed 62 % on
average, 32 % were deals in King; of those with 71 %, 23 % in Miami-Dade (docs/score.md, Reliability). So
the model's distribution is a mixture of three normals, the wide ones low. tail 0 is a normal; tail 1 has
the weight of a t with 5 degrees of freedom up to its 99.9th percentile. Whatever the tail, the median and
the 80 % interval are the model's own, and the tail is the one at which the 90 % interval is too.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from realestate_os.scoring.mixture import Floats, bisect
from realestate_os.scoring.repairs import Z_90

Z_95 = 1.6448536269514722
# Shares and scales fitted to the logarithm of the tail of t with 5 degrees of freedom. Centres at tail 1, in
# spreads: a mixture fitted to 9,279 errors of King and 4,912 of Miami-Dade has its middle normal at -0.48
# and -0.31, its wide one at -4.1 and -2.2.
TAIL_SHARE: Floats = np.array([0.771, 0.219, 0.010])
SCALE_OF_T: Floats = np.array([0.834, 1.642, 3.551])
CENTRE_OF_T: Floats = np.array([0.0, -0.4, -3.0])
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


def tail_normals(tail: Floats) -> tuple[Floats, Floats]:
    """Centres and standard deviations of the three normals in units of the model's spread, (n, 3) each."""
    unit, median = (np.interp(tail, TAILS, each)[:, None] for each in (_UNIT, _MEDIAN))
    return (CENTRE_OF_T * tail[:, None] - median) * unit, SCALE_OF_T ** tail[:, None] * unit


def _outside(z: Floats, centres: Floats, scales: Floats) -> Floats:
    """The mean of the shares below -z and above z, (n,)."""
    beyond = ndtr((-z[:, None] - centres) / scales) + ndtr((centres - z[:, None]) / scales)
    return np.asarray((TAIL_SHARE * beyond).sum(axis=1) / 2)


def _end(centres: Floats, scales: Floats, z: float) -> Floats:
    """How far from 0 each mixture has outside what a normal has beyond z, (n,)."""
    low, high = np.zeros(len(scales)), np.full(len(scales), 20.0)

    def is_inside(x: Floats) -> npt.NDArray[np.bool_]:
        return _outside(x, centres, scales) > ndtr(-z)

    return bisect(is_inside, low, high)


def _median(centres: Floats, scales: Floats) -> Floats:
    low, high = np.full(len(scales), -20.0), np.full(len(scales), 20.0)
    return bisect(lambda x: (TAIL_SHARE * ndtr((x[:, None] - centres) / scales)).sum(axis=1) < 0.5, low, high)


_SCALES = SCALE_OF_T ** TAILS[:, None]
_MEDIAN = _median(CENTRE_OF_T * TAILS[:, None], _SCALES)
_CENTRES = CENTRE_OF_T * TAILS[:, None] - _MEDIAN[:, None]
_UNIT = Z_90 / _end(_CENTRES, _SCALES, Z_90)
_RATIO = _end(_CENTRES, _SCALES, Z_95) / _end(_CENTRES, _SCALES, Z_90)
