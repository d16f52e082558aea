"""The training curve as a small PNG. usage: curve.py RUN_DIR OUT_PNG"""
import re
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt


def main(run, out):
    offset, rows, pre = 0.0, [], []
    for line in open(f"{run}/pretrain.log"):
        m = re.match(r"([\d.]+) min", line)
        if m:
            offset = float(m[1])
        m = re.match(r"([\d.]+) min UNSEEN.*cell class ([\d.]+)", line)
        if m:
            pre.append((float(m[1]), 100 * float(m[2])))
    for line in open(f"{run}/train.log"):
        m = re.match(r"([\d.]+) min UNSEEN ART (.*?) \| exit\d+ (.*?) \| (.*)", line)
        if m:
            final = dict(re.findall(r"(caption place|\w+) ([\d.]+)", m[2]))
            cell = re.search(r"cell class ([\d.]+)", m[4])[1]
            exit4 = dict(re.findall(r"(caption place|\w+) ([\d.]+)", m[3]))
            rows.append((offset + float(m[1]), *(100 * float(v) for v in (final["caption"], exit4["caption"], final["caption place"],
                         final["where"], final["yesno"], cell))))
    plt.figure(figsize=(6.4, 3.6), dpi=90)
    if pre:
        plt.plot(*zip(*pre), "k:", label="pre-training: object in an image token")
    for i, name in enumerate(["object words in captions", "the same, exit at layer 4 or 6", "place words in captions", "where", "yes/no"], 1):
        plt.plot([r[0] for r in rows], [r[i] for r in rows], label=name, lw=1.2)
    plt.xlabel("minutes on two cores"), plt.ylabel("% right, teacher-forced, unseen art")
    plt.ylim(0, 100), plt.grid(alpha=.3), plt.legend(fontsize=7), plt.tight_layout()
    plt.savefig(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
