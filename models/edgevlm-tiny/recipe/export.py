"""Checkpoint -> the GGUF pair, and the GGUF pair -> a model with the dequantised weights.

usage: export.py CHECKPOINT TOKENIZER_MODEL OUT_DIR
"""
import sys
from pathlib import Path

import numpy as np
import sentencepiece as spm
import torch
from gguf import GGMLQuantizationType as Q, GGUFReader, GGUFValueType as V, GGUFWriter
from gguf.quants import dequantize, quantize

from model import MEAN, STD, Vlm
from scenes import CAPTION_PROMPT

TEMPLATE = ("{% for m in messages %}{% if m['role'] == 'user' %}{{ 'USER: ' + m['content'] + '\\n' }}{% else %}"
            "{{ 'ASSISTANT: ' + m['content'] + '</s>\\n' }}{% endif %}{% endfor %}"
            "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}")
LM, MM, DRAFT = "edgevlm-tiny.gguf", "edgevlm-tiny-mmproj.gguf", "edgevlm-tiny-draft.gguf"


def finish(w):
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


class Tensors:
    def __init__(self, writer, kind=Q.Q8_0):
        self.w, self.kind = writer, kind

    def f32(self, name, t):
        self.w.add_tensor(name, t.detach().float().contiguous().numpy())

    def f16(self, name, t):
        self.w.add_tensor(name, t.detach().float().contiguous().numpy().astype(np.float16))

    def quantised(self, name, t):
        self.w.add_tensor(name, quantize(t.detach().float().contiguous().numpy(), self.kind), raw_dtype=self.kind)


def common(w, kind, file_type=7):
    w.add_name(f"EdgeVLM tiny{kind}")
    w.add_author("EdgeVLM")
    w.add_description("Captions and questions about drawings of everyday objects and coloured shapes")
    w.add_file_type(file_type)
    w.add_quantization_version(2)


def language_model(m, vocab, path, title="", kind=Q.Q8_0, file_type=7):
    c, sp = m.c, spm.SentencePieceProcessor(model_file=str(vocab))
    w = GGUFWriter(path, "llama")
    common(w, title, file_type)
    w.add_context_length(c.context)
    w.add_embedding_length(c.width)
    w.add_block_count(c.layers)
    w.add_feed_forward_length(c.ff)
    w.add_head_count(c.heads)
    w.add_head_count_kv(c.heads)
    w.add_layer_norm_rms_eps(1e-5)
    w.add_rope_dimension_count(c.width // c.heads)
    w.add_rope_freq_base(10000.0)
    n = sp.vocab_size()
    w.add_vocab_size(n)
    w.add_tokenizer_model("llama")
    w.add_token_list([sp.id_to_piece(i).encode() for i in range(n)])
    w.add_token_scores([sp.get_score(i) for i in range(n)])
    w.add_token_types([2 if sp.is_unknown(i) else 3 if sp.is_control(i) else 6 if sp.is_byte(i) else 1 for i in range(n)])
    w.add_bos_token_id(1)
    w.add_eos_token_id(2)
    w.add_unk_token_id(0)
    w.add_add_bos_token(True)
    w.add_add_eos_token(False)
    w.add_add_space_prefix(False)
    w.add_chat_template(TEMPLATE)
    if c.exits:
        w.add_key_value("edgevlm.exit_layers", list(c.exits), V.ARRAY, sub_type=V.UINT32)
    w.add_string("edgevlm.caption_prompt", CAPTION_PROMPT)
    t = Tensors(w, kind)
    t.quantised("token_embd.weight", m.embed.weight)
    t.f32("output_norm.weight", m.norm.weight)
    t.quantised("output.weight", m.head.weight)
    for i, b in enumerate(m.blocks):
        p = f"blk.{i}."
        t.f32(p + "attn_norm.weight", b.n1.weight)
        for name, part in zip(("attn_q", "attn_k", "attn_v"), b.qkv.weight.chunk(3)):
            t.quantised(p + name + ".weight", part)
        t.quantised(p + "attn_output.weight", b.out.weight)
        t.f32(p + "ffn_norm.weight", b.n2.weight)
        for name, part in zip(("ffn_gate", "ffn_up"), b.gate_up.weight.chunk(2)):
            t.quantised(p + name + ".weight", part)
        t.quantised(p + "ffn_down.weight", b.down.weight)
    finish(w)


def image_side(m, path):
    c, w = m.c, GGUFWriter(path, "clip")
    common(w, " (image encoder and projector)")
    w.add_bool("clip.has_vision_encoder", True)
    w.add_bool("clip.has_text_encoder", False)
    w.add_bool("clip.has_llava_projector", True)
    w.add_string("clip.projector_type", "ldpv2")
    w.add_bool("clip.use_gelu", False)   # quick GELU
    v = "clip.vision."
    for key, value in dict(image_size=c.image, patch_size=c.patch, embedding_length=c.v_width, feed_forward_length=c.v_ff,
                           projection_dim=c.width, block_count=c.v_layers).items():
        w.add_uint32(v + key, value)
    w.add_uint32(v + "attention.head_count", c.v_heads)
    w.add_float32(v + "attention.layer_norm_epsilon", 1e-5)
    w.add_array(v + "image_mean", list(MEAN))
    w.add_array(v + "image_std", list(STD))
    w.add_array(v + "feature_layer", [c.v_layers])   # blocks to run
    w.add_string("edgevlm.vision.resize", "stretch")
    t, vit = Tensors(w), m.vit
    t.f32("v.class_embd", vit.cls)
    t.f16("v.patch_embd.weight", vit.patch.weight.view(c.v_width, 3, c.patch, c.patch))
    t.f32("v.position_embd.weight", vit.pos)
    t.f32("v.pre_ln.weight", vit.pre_ln.weight)
    t.f32("v.pre_ln.bias", vit.pre_ln.bias)
    for i, b in enumerate(vit.blocks):
        p = f"v.blk.{i}."
        pairs = list(zip(("attn_q", "attn_k", "attn_v"), b.qkv.weight.chunk(3), b.qkv.bias.chunk(3)))
        # CLIP files name the two feed-forward matrices the other way round
        pairs += [("attn_out", b.out.weight, b.out.bias), ("ffn_down", b.fc1.weight, b.fc1.bias), ("ffn_up", b.fc2.weight, b.fc2.bias)]
        for name, weight, bias in pairs:
            t.quantised(p + name + ".weight", weight)
            t.f32(p + name + ".bias", bias)
        for name, ln in (("ln1", b.ln1), ("ln2", b.ln2)):
            t.f32(p + name + ".weight", ln.weight)
            t.f32(p + name + ".bias", ln.bias)
    for name, fc in (("0", m.projector.fc1), ("2", m.projector.fc2)):
        t.quantised(f"mm.model.mlp.{name}.weight", fc.weight)
        t.f32(f"mm.model.mlp.{name}.bias", fc.bias)
    t.f16("mm.model.peg.0.weight", m.projector.peg.weight)
    t.f32("mm.model.peg.0.bias", m.projector.peg.bias)
    finish(w)


def read(*paths):
    got = {}
    for path in paths:
        for t in GGUFReader(path).tensors:
            shape = [int(s) for s in reversed(t.shape)]
            data = t.data if t.tensor_type in (Q.F32, Q.F16) else dequantize(t.data, t.tensor_type)
            got[t.name] = torch.from_numpy(np.array(data, np.float32).reshape(shape))
    return got, lambda prefix, names, end: torch.cat([got[prefix + n + end] for n in names])


def decoder_weights(got, cat, layers):
    s = {"embed.weight": got["token_embd.weight"], "norm.weight": got["output_norm.weight"], "head.weight": got["output.weight"]}
    for i in range(layers):
        p, q = f"blocks.{i}.", f"blk.{i}."
        s[p + "n1.weight"], s[p + "n2.weight"] = got[q + "attn_norm.weight"], got[q + "ffn_norm.weight"]
        s[p + "qkv.weight"] = cat(q, ("attn_q", "attn_k", "attn_v"), ".weight")
        s[p + "out.weight"], s[p + "down.weight"] = got[q + "attn_output.weight"], got[q + "ffn_down.weight"]
        s[p + "gate_up.weight"] = cat(q, ("ffn_gate", "ffn_up"), ".weight")
    return s


def load_gguf(folder):
    """A float32 model with the weights as the two files hold them."""
    got, cat = read(Path(folder) / LM, Path(folder) / MM)
    m = Vlm()
    s = decoder_weights(got, cat, m.c.layers)
    s.update({"vit.cls": got["v.class_embd"], "vit.patch.weight": got["v.patch_embd.weight"].flatten(1), "vit.pos": got["v.position_embd.weight"]})
    for end in (".weight", ".bias"):
        s["vit.pre_ln" + end] = got["v.pre_ln" + end]
        for ours, theirs in (("fc1", "mlp.0"), ("fc2", "mlp.2"), ("peg", "peg.0")):
            s[f"projector.{ours}{end}"] = got[f"mm.model.{theirs}{end}"]
    for i in range(m.c.v_layers):
        p, q = f"vit.blocks.{i}.", f"v.blk.{i}."
        for end in (".weight", ".bias"):
            s[p + "qkv" + end] = cat(q, ("attn_q", "attn_k", "attn_v"), end)
            for ours, theirs in (("out", "attn_out"), ("fc1", "ffn_down"), ("fc2", "ffn_up"), ("ln1", "ln1"), ("ln2", "ln2")):
                s[p + ours + end] = got[q + theirs + end]
    m.load_state_dict(s)
    return m.float().eval()


def load_checkpoint(path):
    m = Vlm()
    m.load_state_dict(torch.load(path, weights_only=False)["model"])
    return m.eval()


if __name__ == "__main__":
    checkpoint, vocab, out = sys.argv[1:]
    model = load_checkpoint(checkpoint)
    language_model(model, vocab, Path(out) / LM)
    image_side(model, Path(out) / MM)
    again = load_gguf(out)
    worst = max((a - b).abs().max().item() / (a.abs().max().item() + 1e-9)
                for a, b in zip(model.state_dict().values(), again.state_dict().values()))
    print("exported; largest relative weight difference", worst)
