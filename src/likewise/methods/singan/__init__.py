"""SinGAN: a generative model of one picture (Rott Shaham et al., ICCV 2019), and its uses."""

from likewise.methods.singan.method import Singan

__all__ = ["Singan"]
