"""How sure the exits are, how often they are right, and how many tokens leave early.

usage: calibrate.py MODEL_DIR TOKENIZER_MODEL [SET ...]     (sets of MODEL_DIR/heldout; seen and unseen unless given)
Right: the true caption's next token, given the tokens before it. Leaving: along the model's own greedy captions and answers, a
token leaves at the first exit that is sure enough; it agrees when full depth says the same there.
"""
import sys
from collections import defaultdict
from pathlib import Path

import sentencepiece as spm
import torch

from eval import greedy, image_tokens, load_image, read
from export import load_gguf
from scenes import CAPTION_PROMPT
from tokenizer import BEFORE, after

BINS = [0, .5, .7, .9, .97, 1.001]


@torch.no_grad()
def states(model, sp, tokens, prompts, texts):
    """For every token of the texts (end token included): [tokens, depths] confidence and choice, and the token itself."""
    before = [1] + sp.encode(BEFORE)
    groups = defaultdict(list)
    for shown, prompt, ids in zip(tokens, prompts, texts):
        behind = sp.encode(after(prompt))
        groups[len(behind), len(ids)].append((shown, behind + ids))
    sure, choice, truth = [], [], []
    for (_, n), group in groups.items():
        for part in (group[i:i + 32] for i in range(0, len(group), 32)):
            e, ids = model.embed, torch.tensor([ids for _, ids in part])
            x = torch.cat([e(torch.tensor(before)).expand(len(part), -1, -1), torch.stack([s for s, _ in part]), e(ids)], 1)
            t = x.shape[1]
            mask = torch.ones(t, t, dtype=torch.bool).tril()[None, None]
            seen = model.decode(x, torch.arange(t)[None], mask, model.c.exits)
            p = torch.stack([model.logits(s[:, -n - 1:]).softmax(-1) for s in seen], 2).flatten(0, 1)
            top = p.max(-1)
            sure.append(top.values), choice.append(top.indices)
            truth.append(torch.cat([ids[:, ids.shape[1] - n:], torch.full((len(part), 1), 2)], 1).flatten())
    return torch.cat(sure), torch.cat(choice), torch.cat(truth)


def main(folder, vocab, *sets):
    torch.set_num_threads(1)
    model, sp = load_gguf(folder), spm.SentencePieceProcessor(model_file=vocab)
    names = [f"exit {e}" for e in model.c.exits] + ["full depth"]
    right, free = [], []
    for name in sets or ("seen", "unseen"):
        part = Path(folder) / "heldout" / name
        lines = read(part)
        tokens = image_tokens(model, [load_image(part / s["image"]) for s in lines])
        right.append(states(model, sp, tokens, [CAPTION_PROMPT] * len(lines), [sp.encode(" " + s["caption"]) for s in lines]))
        asked = [(i, p) for i, s in enumerate(lines) for p in [CAPTION_PROMPT] + [q["question"] for q in s["questions"]]]
        shown, prompts = tokens[torch.tensor([i for i, _ in asked])], [p for _, p in asked]
        free.append(states(model, sp, shown, prompts, greedy(model, sp, shown, prompts)))
    sure, choice, truth = (torch.cat(x) for x in zip(*right))
    print("| confidence | " + " | ".join(names) + " |\n|---|" + "---|" * len(names))
    for low, high in zip(BINS, BINS[1:]):
        cells = []
        for d in range(len(names)):
            hit = (sure[:, d] >= low) & (sure[:, d] < high)
            n = int(hit.sum())
            cells.append(f"{100 * n / len(truth):.1f} % of tokens: sure {100 * sure[hit, d].mean():.1f}, right {100 * (choice[hit, d] == truth[hit]).float().mean():.1f}"
                         if n else "-")
        print(f"| {low:g} to {min(high, 1):g} | " + " | ".join(cells) + " |")
    sure, choice, _ = (torch.cat(x) for x in zip(*free))
    print(f"\n{len(sure)} tokens of greedy captions and answers")
    for threshold in (.8, .9, .95):
        left, rows = torch.zeros(len(sure), dtype=torch.bool), []
        agree = torch.ones(len(sure), dtype=torch.bool)
        for d, e in enumerate(model.c.exits):
            new = (sure[:, d] >= threshold) & ~left
            agree[new] = choice[new, d] == choice[new, -1]
            left |= new
            rows.append(f"layer {e}: {100 * left.float().mean():.1f} % have left ({100 * agree[left].float().mean():.2f} % agree)")
        print(f"at {threshold}: " + "; ".join(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
