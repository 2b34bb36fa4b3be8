"""Studio: projects, previews and renders behind the page that people paint layouts in."""
