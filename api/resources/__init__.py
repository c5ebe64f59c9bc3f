"""Every blueprint of the API."""

from api.resources import (
    auth,
    cases,
    files,
    handoffs,
    health,
    jurisdictions,
    notices,
    operations,
    parties,
    public,
    tasks,
)

BLUEPRINTS = (
    auth.blueprint,
    cases.blueprint,
    tasks.blueprint,
    files.blueprint,
    handoffs.blueprint,
    jurisdictions.blueprint,
    notices.blueprint,
    operations.blueprint,
    parties.blueprint,
    public.blueprint,
    health.blueprint,
)
