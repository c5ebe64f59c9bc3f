"""Every blueprint of the API."""

from api.resources import (
    auth,
    cases,
    files,
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
    jurisdictions.blueprint,
    notices.blueprint,
    operations.blueprint,
    parties.blueprint,
    public.blueprint,
    health.blueprint,
)
