"""The studio: process owners change procedures themselves, in drafts that a second person publishes."""
