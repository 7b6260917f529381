import { type MarkedToken, marked, type Token, type Tokens } from "marked";
import { createElement, Fragment, type JSX, type ReactNode } from "react";
import { ScrollRegion } from "~/components/scroll-region";
import "~/components/prose.css";

type HeadingTag = "h2" | "h3" | "h4" | "h5" | "h6";

const SAFE_LINK = /^(https?:|mailto:)/i;

/**
 * Markdown as React elements, below a heading of level `under`. It is untrusted: raw HTML is shown as the text it is, images become their
 * description (none is loaded), and only web and mail links stay links.
 */
export default function Markdown({ text, under }: { text: string; under: number }) {
  const tokens = marked.lexer(text);
  rank(tokens.filter(isHeading), under);
  return <div className="prose">{blocks(tokens)}</div>;
}

const tags = new WeakMap<Token, HeadingTag>();

/** Gives each heading its place in the outline of the page: below the heading it stands under, skipping no level. */
function rank(headings: readonly Tokens.Heading[], under: number): void {
  const top = Math.min(...headings.map((heading) => heading.depth));
  let before = under;
  for (const heading of headings) {
    before = Math.min(under + 1 + heading.depth - top, before + 1, 6);
    tags.set(heading, `h${before}` as HeadingTag);
  }
}

function isHeading(token: Token): token is Tokens.Heading {
  return token.type === "heading";
}

/** Nodes of one parse have no identity but their place: as fixed children they need no keys. */
function placed<T>(parts: readonly T[], show: (part: T) => ReactNode): ReactNode {
  return createElement(Fragment, null, ...parts.map(show));
}

function blocks(tokens: readonly Token[]): ReactNode {
  return placed(tokens, (token) => block(token as MarkedToken));
}

function block(token: MarkedToken): ReactNode {
  switch (token.type) {
    case "heading":
      return heading(token);
    case "paragraph":
      return <p>{inlines(token.tokens)}</p>;
    case "blockquote":
      return <blockquote>{blocks(token.tokens)}</blockquote>;
    case "code":
      return codeBlock(token.text);
    case "list":
      return list(token);
    case "table":
      return table(token);
    case "hr":
      return <hr />;
    case "html":
      return <p>{token.text}</p>;
    case "space":
    case "def":
      return null;
    default:
      return inline(token);
  }
}

function heading(token: Tokens.Heading): JSX.Element {
  const Tag = tags.get(token) ?? "h6";
  return <Tag className={`h${token.depth}`}>{inlines(token.tokens)}</Tag>;
}

function codeBlock(text: string): JSX.Element {
  return (
    <ScrollRegion label="Code">
      <pre>
        <code>{text}</code>
      </pre>
    </ScrollRegion>
  );
}

function list(token: Tokens.List): JSX.Element {
  const items = placed(token.items, listItem);
  return token.ordered ? <ol start={token.start === "" ? 1 : token.start}>{items}</ol> : <ul>{items}</ul>;
}

function listItem(item: Tokens.ListItem): JSX.Element {
  return <li>{blocks(item.tokens)}</li>;
}

function table(token: Tokens.Table): JSX.Element {
  return (
    <ScrollRegion label="Table" className="overflow-x-auto">
      <table>
        <thead>
          <tr>{placed(token.header, headCell)}</tr>
        </thead>
        <tbody>{placed(token.rows, tableRow)}</tbody>
      </table>
    </ScrollRegion>
  );
}

function headCell(cell: Tokens.TableCell): JSX.Element {
  return <th scope="col">{inlines(cell.tokens)}</th>;
}

function tableRow(cells: readonly Tokens.TableCell[]): JSX.Element {
  return <tr>{placed(cells, dataCell)}</tr>;
}

function dataCell(cell: Tokens.TableCell): JSX.Element {
  return <td>{inlines(cell.tokens)}</td>;
}

function inlines(tokens: readonly Token[] | undefined): ReactNode {
  return placed(tokens ?? [], (token) => inline(token as MarkedToken));
}

function inline(token: MarkedToken): ReactNode {
  switch (token.type) {
    case "strong":
      return <strong>{inlines(token.tokens)}</strong>;
    case "em":
      return <em>{inlines(token.tokens)}</em>;
    case "del":
      return <del>{inlines(token.tokens)}</del>;
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return link(token);
    case "image":
      return <span className="text-fg-3">[image: {token.text || "without description"}]</span>;
    case "checkbox":
      return token.checked ? "☑ " : "☐ ";
    case "text":
      return token.tokens ? inlines(token.tokens) : decoded(token.text);
    case "escape":
      return token.text;
    default:
      return token.raw;
  }
}

function link(token: Tokens.Link): ReactNode {
  if (!SAFE_LINK.test(token.href)) return inlines(token.tokens);
  return (
    <a href={token.href} rel="noopener noreferrer nofollow" target="_blank">
      {inlines(token.tokens)}
    </a>
  );
}

const ENTITIES: Record<string, string> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&nbsp;": "\u00a0",
};

function decoded(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? entity);
}
