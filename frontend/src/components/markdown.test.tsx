import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import Markdown from "~/components/markdown";

const html = (text: string, under = 1) => renderToStaticMarkup(<Markdown text={text} under={under} />);

test("headings begin below the heading of the page, and lists, tables and emphasis are kept", () => {
  const shown = html(
    "# Brief\n\n- one **two**\n\n3. three\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\n> said\n\n`x<y`",
  );
  expect(shown).toContain('<h2 class="h1">Brief</h2>');
  expect(shown).toContain("<strong>two</strong>");
  expect(shown).toContain('<ol start="3">');
  expect(shown).toContain("<td>2</td>");
  expect(shown).toContain("<blockquote><p>said</p></blockquote>");
  expect(shown).toContain("<code>x&lt;y</code>");
});

test("headings keep to the outline of the page: none stands above it and no level is skipped", () => {
  const outline = (text: string, under: number) =>
    [...html(text, under).matchAll(/<(h\d)/g)].map(([, tag]) => tag);
  expect(outline("### a\n\n# b\n\n#### c\n\n## d", 1)).toEqual(["h2", "h2", "h3", "h3"]);
  expect(outline("## a\n\n### b\n\n###### c", 2)).toEqual(["h3", "h4", "h5"]);
});

test("raw HTML is shown as the text it is", () => {
  const shown = html('<script>alert(1)</script>\n\nA <img src=x onerror="alert(1)"> b');
  expect(shown).not.toMatch(/<(script|img)/);
  expect(shown).toContain("&lt;script&gt;");
  expect(shown).toContain("&lt;img src=x onerror=");
});

test("no image is loaded", () => {
  expect(html("![a chart](https://example.org/x.png)")).toContain("[image: a chart]");
  expect(html("![](data:image/png;base64,xx)")).not.toContain("<img");
});

test("only web and mail links stay links", () => {
  expect(html("[a](javascript:alert(1)) [b](data:text/html,x) [c](//evil.example)")).not.toContain("<a");
  expect(html("[d](https://example.org/?a=1&b=2)")).toContain(
    'href="https://example.org/?a=1&amp;b=2" rel="noopener',
  );
});

test("what an author escaped is shown as it was meant", () => {
  expect(html("a &lt; b &amp;amp; \\*c\\*")).toBe('<div class="prose"><p>a &lt; b &amp;amp; *c*</p></div>');
});
