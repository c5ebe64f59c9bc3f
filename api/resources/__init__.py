"""Every blueprint of the API."""

from api.resources import (
    ahead,
    auth,
    cases,
    documents,
    exchange,
    files,
    handoffs,
    health,
    insight,
    jurisdictions,
    notices,
    operations,
    parties,
    phrases,
    substitutions,
    tasks,
    workbench,
)

BLUEPRINTS = (
    auth.blueprint,
    cases.blueprint,
    tasks.blueprint,
    workbench.blueprint,
    ahead.blueprint,
    insight.blueprint,
    files.blueprint,
    documents.blueprint,
    handoffs.blueprint,
    jurisdictions.blueprint,
    notices.blueprint,
    operations.blueprint,
    parties.blueprint,
    phrases.blueprint,
    substitutions.blueprint,
    exchange.blueprint,  # the public one, with what stands in ``public`` and ``register``
    health.blueprint,
)
