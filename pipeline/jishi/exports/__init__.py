"""Records as tables, graphs, databases and pages."""
