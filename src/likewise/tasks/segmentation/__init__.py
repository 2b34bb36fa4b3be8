"""Segmentation: label maps of pictures that have none.

``segmentation`` by looks alone; ``scribbles`` steered by a few strokes; ``masks`` from those that
other programs found; ``naming_network`` by a pretrained network.
"""

from likewise.tasks.segmentation.segmentation import FEWEST, MOST, segment, segment_together

__all__ = ["FEWEST", "MOST", "segment", "segment_together"]
