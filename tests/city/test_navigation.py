"""The main menu: short ones as they are, long ones folded by group."""

from __future__ import annotations

from city.models import Role


def test_a_short_menu_stands_in_one_line(sign_in):
    """
    A dispatcher has three entries and opens each with one click.
    """
    page = sign_in(Role.DISPATCHER).get("/account").text

    assert "Dispatch" in page
    assert "klappe" not in page


def test_a_long_menu_folds_by_group_and_says_where_one_is(sign_in):
    """
    A manager's entries for deliveries stand under one word, which is marked on their pages.
    """
    page = sign_in(Role.MANAGER).get("/settings").text

    folds = page.split('<details class="klappe"')[1:]
    assert [fold.split("</summary>")[0].rsplit(">", 1)[1] for fold in folds] == [
        "Tours and hubs", "Administration"
    ]  # fmt: skip
    assert 'class="hier"' not in folds[0]
    assert 'class="hier"' in folds[1].split("</details>")[0]
