"""Pure Python over data: no Django, no clock, no settings."""
