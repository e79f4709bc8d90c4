"""Which figures of streets may be public: none of few shops, and none that others betray. Pure."""

from __future__ import annotations

from collections.abc import Sequence

LEAST_SHOPS = 5  # a rate of fewer would speak of single owners


def shown(shops: Sequence[int]) -> list[bool]:
    """For each street whether its rate is shown; ``shops`` are its shops.

    Streets of fewer than five shops are not. If their shops together were
    fewer than five, the difference to the town would betray them: then the
    smallest of the others is left out as well (complementary suppression).
    """
    keep = [count >= LEAST_SHOPS for count in shops]
    hidden = sum(count for count, kept in zip(shops, keep, strict=True) if not kept)
    single = sum(not kept for kept, count in zip(keep, shops, strict=True) if count) == 1
    if hidden and (hidden < LEAST_SHOPS or single) and any(keep):
        keep[min((index for index, kept in enumerate(keep) if kept), key=lambda index: shops[index])] = False
    return keep
