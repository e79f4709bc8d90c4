"""The words for what is stored, as people read them: English keys, German in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from leerstand.kinds import (
    AgreementState,
    Category,
    Channel,
    Condition,
    ConsentScope,
    ContactRole,
    DatePrecision,
    EnergyCertificate,
    Floor,
    Heritage,
    LegalBasis,
    OwnerKind,
    ProposalState,
    PublicValue,
    RentForm,
    RequestState,
    Ring,
    Side,
    SpellKind,
    Threat,
    UnitKind,
    UseType,
    VacancyReason,
    VacancyStage,
    Visibility,
    Willingness,
    Zone,
)
from leerstand.lifecycle import UnitState
from leerstand.situation import Status
from routing.message import N_

USE_LABELS: Mapping[UseType, str] = {
    UseType.POP_UP: N_("Pop-up shop"),
    UseType.RETAIL: N_("Shop"),
    UseType.GASTRONOMY: N_("Restaurant"),
    UseType.CAFE: N_("Café, meeting place"),
    UseType.CRAFT: N_("Quiet craft"),
    UseType.GLASS_WORKSHOP: N_("Workshop to look into"),
    UseType.MANUFACTORY: N_("Small manufacture"),
    UseType.REPAIR_CAFE: N_("Repair café"),
    UseType.FABLAB: N_("3D printing, FabLab"),
    UseType.MAKERSPACE: N_("Makerspace"),
    UseType.URBAN_FARMING: N_("Indoor farming"),
    UseType.STUDIO: N_("Studio, gallery"),
    UseType.EXHIBITION: N_("Exhibition"),
    UseType.LEARNING: N_("Learning room"),
    UseType.FORUM: N_("Room for discussion"),
    UseType.SCIENCE_WINDOW: N_("Science window"),
    UseType.CO_WORKING: N_("Co-working"),
    UseType.OFFICE: N_("Office"),
    UseType.PRACTICE: N_("Practice, health"),
    UseType.CHILDCARE: N_("Childcare"),
    UseType.SOCIAL_ADVICE: N_("Social advice"),
    UseType.SPORT: N_("Sport, movement"),
    UseType.MICRO_HUB: N_("Micro-hub"),
    UseType.CLICK_AND_COLLECT: N_("Click & collect station"),
    UseType.RECYCLING: N_("Take-back, recycling"),
    UseType.WINDOW_DISPLAY: N_("Display in the window only"),
    UseType.HOUSING: N_("Housing (conversion for good)"),
}
CATEGORY_LABELS: Mapping[Category, str] = {
    Category.RETAIL: N_("Retail"),
    Category.FOOD: N_("Food"),
    Category.GASTRONOMY: N_("Restaurants and cafés"),
    Category.CRAFT: N_("Craft"),
    Category.CULTURE: N_("Culture"),
    Category.EDUCATION: N_("Education"),
    Category.WORK: N_("Work"),
    Category.HEALTH: N_("Health"),
    Category.SOCIAL: N_("Social"),
    Category.SPORT: N_("Sport"),
    Category.SERVICE: N_("Services"),
    Category.LOGISTICS: N_("Deliveries"),
    Category.HOUSING: N_("Housing"),
}
DAY_LABELS: Mapping[int, str] = {
    0: N_("Mo"),
    1: N_("Tu"),
    2: N_("We"),
    3: N_("Th"),
    4: N_("Fr"),
    5: N_("Sa"),
    6: N_("Su"),
}
TIME_LABELS: Mapping[int, str] = {0: N_("mornings"), 1: N_("afternoons"), 2: N_("evenings")}
BUSINESS_LABELS: Mapping[Category, str] = {
    kind: CATEGORY_LABELS[kind] for kind in CATEGORY_LABELS if kind != Category.HOUSING
}
APTITUDE_LABELS: Mapping[str, str] = {"good": N_("suits well"), "fair": N_("suits partly"), "poor": N_("does not suit")}
RING_LABELS: Mapping[Ring, str] = {
    Ring.CORE: N_("Core"),
    Ring.EDGE: N_("Edge"),
    Ring.SUPPLEMENT: N_("Around the core"),
}
SIDE_LABELS: Mapping[Side, str] = {Side.ODD: N_("Odd house numbers"), Side.EVEN: N_("Even house numbers")}
FLOOR_LABELS: Mapping[Floor, str] = {
    Floor.BASEMENT: N_("Basement"),
    Floor.GROUND: N_("Ground floor"),
    Floor.UPPER: N_("Upper floor"),
}
ZONE_LABELS: Mapping[Zone, str] = {
    Zone.MK: N_("Core area (MK)"),
    Zone.MU: N_("Urban area (MU)"),
    Zone.MI: N_("Mixed area (MI)"),
    Zone.WA: N_("General residential area (WA)"),
}
HERITAGE_LABELS: Mapping[Heritage, str] = {
    Heritage.NONE: N_("None"),
    Heritage.SURROUNDINGS: N_("Beside a monument"),
    Heritage.ENSEMBLE: N_("Part of a protected group"),
    Heritage.MONUMENT: N_("Single monument"),
}
VISIBILITY_LABELS: Mapping[Visibility, str] = {
    Visibility.INTERNAL: N_("Not at all"),
    Visibility.COARSE: N_("Only the rough place"),
    Visibility.PUBLIC: N_("What the owner's consent allows"),
}
SPELL_LABELS: Mapping[SpellKind, str] = {
    SpellKind.VACANCY: N_("Empty"),
    SpellKind.REGULAR: N_("Regular use"),
    SpellKind.INTERIM: N_("Interim use"),
    SpellKind.WORKS: N_("Building works"),
    SpellKind.CONVERTED: N_("Converted for good"),
    SpellKind.CLOSED: N_("Given up as a shop"),
}
STATUS_LABELS: Mapping[Status, str] = {
    Status.OCCUPIED: N_("in use"),
    Status.THREATENED: N_("vacancy threatens"),
    Status.VACANCY: N_("empty"),
    Status.INTERIM: N_("interim use"),
    Status.HUB: N_("micro-hub"),
    Status.WORKS: N_("building works"),
    Status.CONVERTED: N_("converted"),
    Status.CLOSED: N_("given up"),
    Status.UNKNOWN: N_("not known"),
}
VALUE_LABELS: Mapping[PublicValue, str] = {
    PublicValue.REGIONAL: N_("Regional products"),
    PublicValue.CIRCULAR: N_("Reuse, repair, circular economy"),
    PublicValue.DECARBONISING: N_("Saves energy or emissions"),
    PublicValue.SOCIAL: N_("Social purpose"),
    PublicValue.EDUCATION: N_("Learning and training"),
    PublicValue.CULTURE: N_("Art and culture"),
    PublicValue.RESEARCH: N_("Makes research visible"),
}
REQUEST_LABELS: Mapping[RequestState, str] = {
    RequestState.DRAFT: N_("Draft"),
    RequestState.SUBMITTED: N_("Submitted"),
    RequestState.PROPOSED: N_("Proposed to an owner"),
    RequestState.AGREED: N_("Agreed"),
    RequestState.REJECTED: N_("Declined by the city"),
    RequestState.WITHDRAWN: N_("Withdrawn"),
}
PROPOSAL_LABELS: Mapping[ProposalState, str] = {
    ProposalState.OPEN: N_("Waiting for an answer"),
    ProposalState.ACCEPTED: N_("Accepted"),
    ProposalState.DECLINED: N_("Declined"),
    ProposalState.WITHDRAWN: N_("Taken back"),
}
AGREEMENT_LABELS: Mapping[AgreementState, str] = {
    AgreementState.AGREED: N_("Agreed for the whole time"),
    AgreementState.TERMINATED: N_("Ended early"),
}
CRITERION_LABELS: Mapping[str, str] = {
    "gap": N_("Closes a gap"),
    "stretch": N_("Row of empty shops"),
    "transition": N_("Short time empty"),
    "diversity": N_("Mix of the street"),
    "ring": N_("Place"),
    "public": N_("Public value"),
    "fit": N_("Size"),
    "footfall": N_("Draws people"),
    "owner": N_("Rent"),
    "hub": N_("Deliveries"),
    "learning": N_("Learning"),
    "permanence": N_("May stay"),
}
GRADE_LABELS: Mapping[int, str] = {1: "1a", 2: "1b", 3: "2a", 4: "2b", 5: "c"}  # until the city names its own
NOISE_LABELS: Mapping[int, str] = {0: N_("Quiet"), 1: N_("Hardly heard"), 2: N_("Heard next door"), 3: N_("Loud")}
FOOTFALL_LABELS: Mapping[int, str] = {
    0: N_("Nobody comes because of it"),
    1: N_("A few people a day"),
    2: N_("Many people a day"),
    3: N_("A magnet for the street"),
}
FIELD_LABELS: Mapping[str, str] = {
    "area_m2": N_("Area"),
    "frontage_m": N_("Front"),
    "rent_cents_m2": N_("Rent"),
    "owner": N_("Owner"),
    "technique": N_("Fittings"),
    "housenumber": N_("House number"),
    "vacancy": N_("Vacancy"),
}
KIND_LABELS: Mapping[UnitKind, str] = {
    UnitKind.SHOP: N_("Shop room"),
    UnitKind.GASTRONOMY: N_("Room for a restaurant"),
    UnitKind.DEPARTMENT_STORE: N_("Department store"),
    UnitKind.OFFICE: N_("Office"),
    UnitKind.PRACTICE: N_("Practice"),
    UnitKind.STORAGE: N_("Storage"),
    UnitKind.UPPER_ROOMS: N_("Rooms upstairs"),
}
CONDITION_LABELS: Mapping[Condition, str] = {
    Condition.READY: N_("Ready to move in"),
    Condition.NEEDS_PAINT: N_("Needs renovating"),
    Condition.NEEDS_REPAIR: N_("Needs refurbishing"),
    Condition.SHELL: N_("Shell"),
}
CERTIFICATE_LABELS: Mapping[EnergyCertificate, str] = {
    EnergyCertificate.DEMAND: N_("By calculated demand"),
    EnergyCertificate.CONSUMPTION: N_("By measured consumption"),
}
RENT_FORM_LABELS: Mapping[RentForm, str] = {
    RentForm.FIXED: N_("Fixed rent"),
    RentForm.STEPPED: N_("Stepped rent"),
    RentForm.INDEXED: N_("Index-linked rent"),
    RentForm.TURNOVER: N_("Turnover rent"),
    RentForm.SYMBOLIC: N_("Token rent"),
    RentForm.COSTS_ONLY: N_("Running costs only"),
    RentForm.FREE: N_("Rent-free"),
    RentForm.THIRDS: N_("Model of thirds: owner, city, user"),
    RentForm.CITY_LETS: N_("The city rents and sublets"),
}
PRECISION_LABELS: Mapping[DatePrecision, str] = {
    DatePrecision.DAY: N_("to the day"),
    DatePrecision.MONTH: N_("to the month"),
    DatePrecision.QUARTER: N_("to the quarter"),
    DatePrecision.GUESSED: N_("estimated"),
}
REASON_LABELS: Mapping[VacancyReason, str] = {
    VacancyReason.CHANGE: N_("Ordinary change of tenants"),
    VacancyReason.GIVEN_UP: N_("Business given up"),
    VacancyReason.INSOLVENCY: N_("Insolvency"),
    VacancyReason.RENT: N_("Rent asked too high"),
    VacancyReason.LAYOUT: N_("Layout or size"),
    VacancyReason.UNSEEN: N_("Hard to see"),
    VacancyReason.STEPS: N_("Steps at the entrance"),
    VacancyReason.CONDITION: N_("State of the room"),
    VacancyReason.WORKS_PLANNED: N_("Refurbishment planned"),
    VacancyReason.HEIRS: N_("Heirs disagree"),
    VacancyReason.SPECULATION: N_("Speculation"),
    VacancyReason.PERMIT: N_("Permit missing"),
    VacancyReason.OTHER: N_("Other reason"),
}
STAGE_LABELS: Mapping[VacancyStage, str] = {
    VacancyStage.RECORDED: N_("recorded"),
    VacancyStage.MARKETED: N_("on offer"),
    VacancyStage.RESERVED: N_("reserved"),
    VacancyStage.UNMARKETABLE: N_("cannot be let"),
}
THREAT_LABELS: Mapping[Threat, str] = {
    Threat.NOTICE: N_("Notice given"),
    Threat.LEASE_END: N_("Lease runs out"),
    Threat.SUCCESSION: N_("No successor yet"),
}
OWNER_KIND_LABELS: Mapping[OwnerKind, str] = {
    OwnerKind.PRIVATE: N_("Private person"),
    OwnerKind.HEIRS: N_("Community of heirs"),
    OwnerKind.PARTNERSHIP: N_("Civil-law partnership"),
    OwnerKind.COMPANY: N_("Company"),
    OwnerKind.FUND: N_("Fund"),
    OwnerKind.MUNICIPALITY: N_("Municipality"),
    OwnerKind.CHURCH_OR_FOUNDATION: N_("Church or foundation"),
}
WILLING_LABELS: Mapping[Willingness, str] = {
    Willingness.YES: N_("yes"),
    Willingness.NO: N_("no"),
    Willingness.OPEN: N_("open"),
}
BASIS_LABELS: Mapping[LegalBasis, str] = {
    LegalBasis.TASK: N_("Public task (Art. 6 (1) e GDPR)"),
    LegalBasis.CONSENT: N_("Consent (Art. 6 (1) a GDPR)"),
}
CONTACT_LABELS: Mapping[ContactRole, str] = {
    ContactRole.OWNER: N_("Owner"),
    ContactRole.SPOKESPERSON: N_("Speaks for the others"),
    ContactRole.MANAGEMENT: N_("Property management"),
    ContactRole.AGENT: N_("Estate agent"),
    ContactRole.LEGAL: N_("Legal counsel"),
}
CHANNEL_LABELS: Mapping[Channel, str] = {
    Channel.MAIL: N_("E-mail"),
    Channel.PHONE: N_("Telephone"),
    Channel.LETTER: N_("Letter"),
    Channel.MEETING: N_("Meeting"),
}
CONSENT_LABELS: Mapping[ConsentScope, str] = {
    ConsentScope.PLACE: N_("Address and sign"),
    ConsentScope.ROOM: N_("Area, front and fittings"),
    ConsentScope.PHOTO: N_("Picture of the front"),
    ConsentScope.RENT: N_("Rent asked"),
}
STATE_LABELS: Mapping[UnitState, str] = {
    UnitState.UNKNOWN: N_("not known"),
    UnitState.OCCUPIED: N_("In use"),
    UnitState.THREATENED: N_("Vacancy threatens"),
    UnitState.RECORDED: N_("Empty, recorded"),
    UnitState.MARKETED: N_("Empty, on offer"),
    UnitState.RESERVED: N_("Empty, reserved"),
    UnitState.INTERIM: N_("Interim use"),
    UnitState.WORKS: N_("Building works"),
    UnitState.CONVERTED: N_("Converted for good"),
    UnitState.UNMARKETABLE: N_("Empty, cannot be let"),
    UnitState.CLOSED: N_("Given up as a shop"),
}
HISTORY_LABELS: Mapping[str, str] = {
    "shop recorded": N_("Shop recorded"),
    "shop changed": N_("Facts changed"),
    "shop imported": N_("Brought in from a file"),
    "shop verified": N_("Checked on the spot"),
    "status changed": N_("Status changed"),
    "spell added": N_("Entry added"),
    "spell changed": N_("Entry changed"),
    "spell removed": N_("Entry removed"),
    "spell ended": N_("End entered"),
    "photo added": N_("Picture added"),
    "photo removed": N_("Picture removed"),
}
