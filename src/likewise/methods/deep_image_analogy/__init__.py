"""Deep Image Analogy: two photographs matched by what a network sees in them, coarse to fine.

After Liao, Yao, Yuan, Hua and Kang, "Visual Attribute Transfer through Deep Image Analogy",
SIGGRAPH 2017. VGG-19 sees A and B' at five levels. From the coarsest to the finest, fields of
nearest neighbours lead from A to B' and back; along them the features of the latent A' and B are
put together, and carried to the next finer level by turning the network round (deconvolution).

**Adaptation.** A is the source I. B' is a photograph of the target layout where there is one, else
the answer of method ``patch``, for the method has no use for labels. Of its two results the answer
is B: what B' shows, with the look of A. PatchMatch's random search is replaced by an exhaustive
one: over everything at the coarsest level, within the paper's radius of the coarser field at the
others, after which matches propagate. Beyond a picture's edge its border is repeated. As in the
authors' code, deconvolution starts from the picture's own finer features, features are carried
along a field by patches that vote, and patches of 3 x 3 make the answer. Without the weights of
VGG-19 an untrained network of its shape stands in, and the method says so.
"""
