"""The words for proposals and agreements, as people read them: English keys, German in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from leerstand.deal_kinds import AgreementKind, NoticeRule, Party
from leerstand.kinds import RentForm
from leerstand.notice import DateKind
from routing.message import N_

PARTY_LABELS: Mapping[Party, str] = {
    Party.OWNER: N_("Owner"),
    Party.CITY: N_("City"),
    Party.APPLICANT: N_("Applicant"),
}
KIND_LABELS: Mapping[AgreementKind, str] = {
    AgreementKind.INTERIM_USE: N_("Interim-use contract"),
    AgreementKind.FIXED_LEASE: N_("Lease for a fixed term"),
    AgreementKind.OPEN_LEASE: N_("Lease without a fixed term"),
    AgreementKind.LOAN: N_("Loan for use, free of charge"),
    AgreementKind.SUBLEASE: N_("Sublease by the city"),
    AgreementKind.TENURE: N_("Usufructuary lease"),
    AgreementKind.SHOP_IN_SHOP: N_("Licence, shop in shop"),
}
RENT_FORM_LABELS: Mapping[RentForm, str] = {
    RentForm.FIXED: N_("Fixed rent"),
    RentForm.STEPPED: N_("Stepped rent"),
    RentForm.INDEXED: N_("Rent tied to the price index"),
    RentForm.TURNOVER: N_("Share of the turnover"),
    RentForm.SYMBOLIC: N_("Symbolic rent"),
    RentForm.COSTS_ONLY: N_("Running costs only"),
    RentForm.FREE: N_("Free of charge"),
    RentForm.THIRDS: N_("Thirds: owner, city and user share"),
    RentForm.CITY_LETS: N_("The city rents and sublets"),
}
NOTICE_LABELS: Mapping[NoticeRule, str] = {
    NoticeRule.NONE: N_("None: it ends by itself"),
    NoticeRule.STATUTORY: N_("Statutory, § 580a (2) BGB"),
    NoticeRule.WEEKS: N_("Weeks, as agreed"),
}
DATE_LABELS: Mapping[DateKind, str] = {
    DateKind.BEGINS: N_("Begins"),
    DateKind.TALK: N_("Decide what follows"),
    DateKind.NOTICE: N_("Last day for notice"),
    DateKind.ENDS: N_("Ends"),
}
