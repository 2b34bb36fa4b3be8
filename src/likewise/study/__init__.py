"""Study: people rank what contestants made; planning, keeping and counting (no web in here)."""
