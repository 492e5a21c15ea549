"""The catalog, read once and checked, into typed objects. Nothing later reads YAML."""
