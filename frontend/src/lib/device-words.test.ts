import { expect, test } from "vitest";
import { deviceWords } from "~/lib/device-words";

test.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
    "Edge on Windows",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1",
    "Safari on an iPhone",
  ],
  ["z2/1.0 (terminal)", "z2/1.0 (terminal)"],
  ["", ""],
])("%s is called %s", (device, words) => {
  expect(deviceWords(device)).toBe(words);
});
