"""Provenance: which source pixel each pixel of an answer came from."""

from likewise.provenance.provenance import Provenance

__all__ = ["Provenance"]
