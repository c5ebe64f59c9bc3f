"""The Python behind BPMN service tasks. ``catalogue.CATALOGUE`` is the only registry."""
