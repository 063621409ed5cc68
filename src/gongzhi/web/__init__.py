"""Settings, URLs, base templates, components, middleware."""
