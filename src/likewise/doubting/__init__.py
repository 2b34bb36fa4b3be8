"""Doubts: why an answer is likely poor, told from its layout, and by a judge who reads it.

``layout`` needs labels alone and is told before anything is rendered; ``reading`` needs the answer.
``docs/failure_cases.md`` shows what is doubted, and how often rightly.
"""

from likewise.doubting.doubt import Doubt
from likewise.doubting.layout import doubts

__all__ = ["Doubt", "doubts"]
