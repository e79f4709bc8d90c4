"""What the tests of shops share: a town with owners who answer, and a worker that plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from city import jobs, settings
from city.db import transaction
from city.models import OrganisationKind, Role
from city.solver import Solver
from leerstand.jobs import handlers
from leerstand.services import plans
from tests import build


@pytest.fixture
def owner(town):
    """An owner's organisation with one person who answers for it."""
    organisation = build.organisation(kind=OrganisationKind.OWNER, name="Erbengemeinschaft Beispiel")
    person = build.account(Role.OWNER, organisation_id=organisation.id, email="eigentuemerin@example.org")
    return SimpleNamespace(id=organisation.id, person=person)


@pytest.fixture
def manager(town):
    """A person of the city-centre management."""
    return build.account(Role.MANAGER)


@pytest.fixture(scope="session")
def warm_solver() -> Iterator[Solver]:
    """One solver process for all tests of this worker; importing OR-Tools takes seconds."""
    made = Solver(warm=("leerstand.matching.solve",))
    yield made
    made.close()


@pytest.fixture
def compute(app, config, town, manager, warm_solver, monkeypatch) -> Callable[[], int]:
    """Has a plan computed by a real worker and solver process; answers with the job's id."""
    monkeypatch.setattr(jobs, "_handlers", {})
    for kind, handler in handlers().items():
        jobs.register(kind, handler)
    worker = jobs.Worker(app, config)
    worker.solver = warm_solver

    def run() -> int:
        with transaction():
            settings.change(settings.CitySettings(match_search_s=2), by_account_id=None)
            job_id = plans.start_matching(account_id=manager.id, shown_at="/plan").id
        worker.work_once()
        return job_id

    return run
