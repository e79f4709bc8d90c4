"""The rows of the shops, one file for each deed: the stock, owners, requests, plans, proposals and agreements."""

from __future__ import annotations

from leerstand.models.owners import Consent, ContactEntry, OwnerContact, OwnerFile
from leerstand.models.plans import Match, MatchPlan, PlanRule
from leerstand.models.proposals import Agreement, Proposal
from leerstand.models.requests import UseRequest
from leerstand.models.stock import (
    CARGO_BIKE_DOOR_CM,
    LocationGrade,
    Occupancy,
    SavedView,
    StockImport,
    StreetAxis,
    Unit,
    UnitPhoto,
)

__all__ = [
    "CARGO_BIKE_DOOR_CM",
    "Agreement",
    "Consent",
    "ContactEntry",
    "LocationGrade",
    "Match",
    "MatchPlan",
    "Occupancy",
    "OwnerContact",
    "OwnerFile",
    "PlanRule",
    "Proposal",
    "SavedView",
    "StockImport",
    "StreetAxis",
    "Unit",
    "UnitPhoto",
    "UseRequest",
]
