"""What exists: projects, entities, sources, views, features, versions, teams, consumers, connections, search."""
