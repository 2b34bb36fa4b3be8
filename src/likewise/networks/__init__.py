"""Networks: E_seg, SFT, G, D and S of the paper, and an optional VGG-19."""
