from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from realestate_os.sandbox.world.dice import Dice, hash64

IDS = np.arange(20_000, dtype=np.int64)


def test_uniform_is_uniform_and_normal_is_normal() -> None:
    dice = Dice(1)
    uniform, normal = dice.uniform(IDS, "a"), dice.normal(IDS, "b")
    assert uniform.min() >= 0 and uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 0.01 and abs(uniform.std() - 0.2887) < 0.01
    assert abs(normal.mean()) < 0.03 and abs(normal.std() - 1) < 0.02


def test_streams_and_seeds_are_independent() -> None:
    one = Dice(1).uniform(IDS, "a")
    for other in (Dice(1).uniform(IDS, "b"), Dice(2).uniform(IDS, "a")):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.03


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20), st.text(max_size=8))
def test_a_number_depends_on_its_id_alone(ids: list[int], stream: str) -> None:
    together = Dice(7).uniform(np.array(ids, dtype=np.int64), stream)
    assert together.tolist() == [Dice(7).one(item, stream) for item in ids]


def test_between_reaches_both_ends_and_hash_is_stable() -> None:
    assert set(Dice(3).between(IDS, "x", 2, 5).tolist()) == {2, 3, 4, 5}
    assert hash64("king_wa", 1) == 14332541223580000537
