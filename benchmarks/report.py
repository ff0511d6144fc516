"""How a figure is printed: ours, the peer's, the ratio, and what was aimed at."""

from __future__ import annotations

from statistics import median


def show(
    what: str,
    ours: list[float],
    peer_name: str,
    peer: list[float],
    *,
    aim: float | None = None,
    unit: str = "s",
    more_is_better: bool = False,
) -> None:
    """Print medians of the runs and ours / peer. Times on a shared machine vary: the ratio is what counts."""
    own, other = median(ours), median(peer)
    goal = f", aim at {'least' if more_is_better else 'most'} {aim:.2f}" if aim else ""
    print(
        f"{what}: ours {own:.2f} {unit} ({_spread(ours)}), {peer_name} {other:.2f} {unit} ({_spread(peer)}), "
        f"ratio {own / other:.2f}{goal}",
        flush=True,
    )


def _spread(values: list[float]) -> str:
    return f"{min(values):.2f}-{max(values):.2f}, n={len(values)}"
