"""Method ``spade``: semantic image synthesis with spatially-adaptive normalisation.

Park, Liu, Wang, Zhu, *Semantic Image Synthesis with Spatially-Adaptive Normalization*, CVPR 2019.

**Adaptation.** The paper learns from thousands of labelled pictures how classes look in general;
here there is one picture I with its labels P. Without files the network is trained on that pair
alone, under random warps as ``semia`` uses them, with the paper's generator, discriminator, losses
and step sizes; the target P' is then painted by it. With a folder of pairs it is trained on these
and the source alike. With a published checkpoint nothing is trained: the classes of P' are mapped
to the checkpoint's, which paints P'. The pixels of I then play no part at all, so the answer shows
the classes as the checkpoint knows them, never the look of I. This is the paper's own comparison.
"""
