"""The words of proposals and agreements that are stored. Pure."""

from __future__ import annotations

from enum import StrEnum


class Party(StrEnum):
    """Who speaks, or whose turn it is."""

    OWNER = "owner"
    CITY = "city"
    APPLICANT = "applicant"


class AgreementKind(StrEnum):
    """What kind of contract it is (Vertragsart)."""

    INTERIM_USE = "interim_use"  # Zwischennutzungsvertrag
    FIXED_LEASE = "fixed_lease"  # Mietvertrag, befristet
    OPEN_LEASE = "open_lease"  # Mietvertrag, unbefristet
    LOAN = "loan"  # Leihe, § 598 BGB
    SUBLEASE = "sublease"  # Untermiete, Weitervermietung durch die Stadt
    TENURE = "tenure"  # Pacht
    SHOP_IN_SHOP = "shop_in_shop"  # Lizenz


class NoticeRule(StrEnum):
    """When one side may end it before its time by ordinary notice (ordentliche Kündigung)."""

    NONE = "none"  # a fixed term ends by itself, § 542 (2) BGB
    STATUTORY = "statutory"  # § 580a (2) BGB
    WEEKS = "weeks"  # as many weeks as agreed
