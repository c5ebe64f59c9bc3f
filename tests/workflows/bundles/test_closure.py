"""What belongs to a procedure: everything it reaches, its own before what is shared."""

import pytest

from workflows.bundles import BundleError

from .conftest import CALL, PROCEDURE, RULE, SETTINGS, TASK, diagram, form, table
