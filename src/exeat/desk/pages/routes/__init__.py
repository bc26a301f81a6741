"""The pages' routes. They hold what the browser sends against a form, and call the services."""
