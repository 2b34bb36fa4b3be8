"""Evaluation: methods side by side on cases, judged, scored and reported."""
