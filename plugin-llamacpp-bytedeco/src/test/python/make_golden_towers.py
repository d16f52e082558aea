#!/usr/bin/env python3
"""Writes small image encoders with random weights as GGUF and what PyTorch computes with them.

usage: make_golden_towers.py [OUT_DIR]      default: ../resources/org/edgevlm/plugin/llamacpp/bytedeco/image

For each tower (CLIP, SigLIP by transformers) and projector (mlp, ldp, ldpv2, after the papers and
their published configurations): NAME.gguf, NAME-features.f32 [patches, width] and NAME-tokens.f32
[tokens, width], and for each tower TOWER-pixels.u8, which is normalised as v / 127.5 - 1. The
weights are rounded to F16 first, then everything is computed in float64. Needs torch,
transformers, gguf, numpy. Seeded: the same versions give the same files.
"""
import math
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from gguf import GGUFWriter
from transformers import CLIPVisionConfig, CLIPVisionModel, SiglipVisionConfig, SiglipVisionModel

OUT = Path(__file__).parent / "../resources/org/edgevlm/plugin/llamacpp/bytedeco/image"
WIDTH, FF, HEADS, TOKEN_WIDTH = 64, 96, 4, 80
CLIP_LAYERS, USED = 4, 3   # LLaVA's select_layer = -2
SIGLIP_LAYERS = 3


class Mlp(nn.Module):
    """LLaVA 1.5: mlp2x_gelu."""

    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(nn.Linear(WIDTH, TOKEN_WIDTH), nn.GELU(), nn.Linear(TOKEN_WIDTH, TOKEN_WIDTH))

    def forward(self, x):
        return self.model(x)

    def tensors(self):
        return {"mm.0": self.model[0], "mm.2": self.model[2]}


def to_grid(x):
    side = math.isqrt(x.shape[1])
    return x.transpose(1, 2).reshape(x.shape[0], -1, side, side)


def to_rows(x):
    return x.flatten(2).transpose(1, 2)


class Norm2d(nn.LayerNorm):
    """timm's LayerNormAct2d without activation: over the channels, epsilon 1e-5."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class SqueezeExcite(nn.Module):
    """torchvision's SqueezeExcitation with the hard sigmoid of MobileNetV3."""

    def __init__(self, width):
        super().__init__()
        squeezed = max(8, int(width // 4 + 4) // 8 * 8)
        self.fc1, self.fc2 = nn.Conv2d(width, squeezed, 1), nn.Conv2d(squeezed, width, 1)

    def forward(self, x):
        return x * F.hardsigmoid(self.fc2(F.relu(self.fc1(F.adaptive_avg_pool2d(x, 1)))))


class MobileBlock(nn.Module):
    """MobileNetV3's inverted residual, expansion 1, as MobileVLM configures it."""

    def __init__(self, width, stride):
        super().__init__()
        self.residual = stride == 1
        self.depthwise = nn.Conv2d(width, width, 3, stride, 1, groups=width, bias=False)
        self.norm1, self.norm2 = Norm2d(width), Norm2d(width)
        self.se = SqueezeExcite(width)
        self.pointwise = nn.Conv2d(width, width, 1, bias=False)

    def forward(self, x):
        y = F.hardswish(self.norm1(self.depthwise(x)))
        y = self.norm2(self.pointwise(self.se(y)))
        return x + y if self.residual else y


class Ldp(nn.Module):
    """MobileVLM: two linear layers, a block with stride 1, a block with stride 2."""

    def __init__(self):
        super().__init__()
        self.mlp = Mlp()
        self.blocks = nn.Sequential(MobileBlock(TOKEN_WIDTH, 1), MobileBlock(TOKEN_WIDTH, 2))

    def forward(self, x):
        return to_rows(self.blocks(to_grid(self.mlp(x))))

    def tensors(self):
        out = {"mm.model.mlp.1": self.mlp.model[0], "mm.model.mlp.3": self.mlp.model[2]}
        for i, b in enumerate(self.blocks, 1):
            p = f"mm.model.mb_block.{i}.block."
            out |= {p + "0.0": b.depthwise, p + "0.1": b.norm1, p + "1.fc1": b.se.fc1, p + "1.fc2": b.se.fc2,
                    p + "2.0": b.pointwise, p + "2.1": b.norm2}
        return out


class LdpV2(nn.Module):
    """MobileVLM V2: two linear layers, average pooling to half the side, a depthwise convolution added."""

    def __init__(self):
        super().__init__()
        self.mlp = Mlp()
        self.peg = nn.Conv2d(TOKEN_WIDTH, TOKEN_WIDTH, 3, 1, 1, groups=TOKEN_WIDTH)

    def forward(self, x):
        x = to_grid(self.mlp(x))
        x = F.adaptive_avg_pool2d(x, x.shape[-1] // 2)
        return to_rows(self.peg(x) + x)

    def tensors(self):
        return {"mm.model.mlp.0": self.mlp.model[0], "mm.model.mlp.2": self.mlp.model[2], "mm.model.peg.0": self.peg}


def randomise(module):
    """Weights of the scale of trained ones: activations keep their size, norms and biases matter."""
    for name, p in module.named_parameters():
        if "norm" in name or "layrnorm" in name:
            values = torch.randn_like(p) * .2 + (1 if name.endswith("weight") else 0)
        elif p.dim() == 1:
            values = torch.randn_like(p) * .1
        elif "position_embedding" in name:
            values = torch.randn_like(p) * .5
        else:
            values = torch.randn_like(p) * 1.2 / math.sqrt(p[0].numel())
        p.data = (values.half() if p.dim() > 1 else values).double()


def clip():
    c = CLIPVisionConfig(hidden_size=WIDTH, intermediate_size=FF, num_hidden_layers=CLIP_LAYERS, num_attention_heads=HEADS,
                         image_size=56, patch_size=14, hidden_act="quick_gelu")
    model = CLIPVisionModel(c).eval()
    return c, model, lambda pixels: model(pixels, output_hidden_states=True).hidden_states[USED][:, 1:]


def siglip(image=48):
    c = SiglipVisionConfig(hidden_size=WIDTH, intermediate_size=FF, num_hidden_layers=SIGLIP_LAYERS, num_attention_heads=HEADS,
                           image_size=image, patch_size=8, hidden_act="gelu_pytorch_tanh", vision_use_head=False)
    model = SiglipVisionModel(c).eval()
    return c, model, lambda pixels: model(pixels).last_hidden_state


def put(w, name, tensor):
    array = tensor.detach().numpy()
    w.add_tensor(name, np.ascontiguousarray(array.astype(np.float32 if array.ndim == 1 else np.float16)))


def layer(w, name, module):
    put(w, name + ".weight", module.weight)
    if module.bias is not None:
        put(w, name + ".bias", module.bias)


def write(path, kind, c, model, projector_type, projector):
    is_clip = kind == "clip"
    # One file has the block that isn't used and says so, the others leave it out as converters do.
    blocks = c.num_hidden_layers if projector_type == "mlp" or not is_clip else USED
    w = GGUFWriter(path, "clip")
    w.add_bool("clip.has_vision_encoder", True)
    w.add_bool("clip.has_text_encoder", False)
    w.add_string("clip.projector_type", projector_type)
    w.add_bool("clip.use_gelu", not is_clip)
    v = "clip.vision."
    for key, value in dict(image_size=c.image_size, patch_size=c.patch_size, embedding_length=WIDTH, feed_forward_length=FF,
                           projection_dim=TOKEN_WIDTH, block_count=blocks).items():
        w.add_uint32(v + key, value)
    if is_clip and blocks > USED:
        w.add_array(v + "feature_layer", [USED])
    w.add_uint32(v + "attention.head_count", HEADS)
    w.add_float32(v + "attention.layer_norm_epsilon", c.layer_norm_eps)
    w.add_array(v + "image_mean", [.5, .5, .5])
    w.add_array(v + "image_std", [.5, .5, .5])
    parts = dict(model.named_modules())
    root = "vision_model." if "vision_model.embeddings" in parts else ""
    get = lambda name: parts[root + name]
    embeddings = get("embeddings")
    layer(w, "v.patch_embd", embeddings.patch_embedding)
    put(w, "v.position_embd.weight", embeddings.position_embedding.weight)
    if is_clip:
        put(w, "v.class_embd", embeddings.class_embedding)
        layer(w, "v.pre_ln", get("pre_layrnorm"))
    layer(w, "v.post_ln", get("post_layernorm"))
    # llama.cpp's converter names the two feed-forward matrices the other way round for CLIP
    first, second = ("ffn_down", "ffn_up") if is_clip else ("ffn_up", "ffn_down")
    for i in range(blocks):
        b, p = get(f"encoder.layers.{i}"), f"v.blk.{i}."
        for name, m in dict(attn_q=b.self_attn.q_proj, attn_k=b.self_attn.k_proj, attn_v=b.self_attn.v_proj,
                            attn_out=b.self_attn.out_proj, ln1=b.layer_norm1, ln2=b.layer_norm2).items():
            layer(w, p + name, m)
        layer(w, p + first, b.mlp.fc1)
        layer(w, p + second, b.mlp.fc2)
    for name, m in projector.tensors().items():
        layer(w, name, m)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


@torch.no_grad()
def main(out):
    out.mkdir(parents=True, exist_ok=True)
    for number, (kind, tower, projectors) in enumerate([
            ("clip", clip, ("mlp", "ldp", "ldpv2")), ("siglip", siglip, ("mlp", "ldp", "ldpv2")),
            ("siglip32", lambda: siglip(32), ("mlp",))]):
        torch.manual_seed(number + 1)
        c, model, features_of = tower()
        randomise(model)
        pixels = torch.randint(0, 256, (1, 3, c.image_size, c.image_size), dtype=torch.uint8)
        pixels[..., c.image_size // 2:] = (pixels[..., c.image_size // 2:] // 4 + 96)   # not noise alone
        pixels.numpy().tofile(out / f"{kind}-pixels.u8")
        features = features_of(pixels.double() / 127.5 - 1)
        features[0].numpy().astype("<f4").tofile(out / f"{kind}-features.f32")
        for projector_type in projectors:
            projector = dict(mlp=Mlp, ldp=Ldp, ldpv2=LdpV2)[projector_type]()
            randomise(projector)
            name = f"{kind}-{projector_type}"
            write(out / f"{name}.gguf", kind, c, model, projector_type, projector)
            tokens = projector(features)[0]
            tokens.numpy().astype("<f4").tofile(out / f"{name}-tokens.f32")
            print(name, "features", tuple(features.shape), f"{features.std():.2f}", "tokens", tuple(tokens.shape), f"{tokens.std():.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT)
