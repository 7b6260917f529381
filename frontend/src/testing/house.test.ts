import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import { expect, test } from "vitest";

const SOURCE = join(import.meta.dirname, "..");
const GENERATED = join("lib", "api", "schema.d.ts");
const files = readdirSync(SOURCE, { recursive: true, encoding: "utf-8" })
  .filter((name) => /\.tsx?$/.test(name) && name !== GENERATED)
  .map((name) => ({ name, text: readFileSync(join(SOURCE, name), "utf-8") }));

const imports = files.flatMap(({ name, text }) =>
  [...text.matchAll(/(?:from|import\()\s*"~\/([^"]+)"/g)].map(([, target = ""]) => ({ name, target })),
);
const layerOf = (path: string) => path.split("/")[0] ?? "";
const featureOf = (path: string) => path.split("/")[1] ?? "";

test("no feature imports another", () => {
  const foreign = imports.filter(
    ({ name, target }) =>
      layerOf(name) === "features" && layerOf(target) === "features" && featureOf(name) !== featureOf(target),
  );
  expect(foreign).toEqual([]);
});

test("dependencies run one way: app, features, components, lib", () => {
  const order = ["app", "features", "components", "lib"];
  const upward = imports.filter(({ name, target }) => {
    const [from, to] = [order.indexOf(layerOf(name)), order.indexOf(layerOf(target))];
    return from >= 0 && to >= 0 && to < from;
  });
  expect(upward).toEqual([]);
});

test("nothing but a test imports what is there for tests", () => {
  const used = imports.filter(
    ({ name, target }) => layerOf(target) === "testing" && !/\.test\.tsx?$/.test(name),
  );
  expect(used).toEqual([]);
});

test("files stay short, and none only passes others on", () => {
  expect(files.filter(({ text }) => text.split("\n").length > 250).map(({ name }) => name)).toEqual([]);
  expect(files.filter(({ name }) => /(^|\/)index\.tsx?$/.test(name)).map(({ name }) => name)).toEqual([]);
});

test("the types are those of the API’s own document", async () => {
  const document = JSON.parse(readFileSync(join(SOURCE, "..", "openapi.json"), "utf-8"));
  const expected = astToString(
    await openapiTS(document, { alphabetize: true, emptyObjectsUnknown: true, defaultNonNullable: false }),
  );
  const kept = readFileSync(join(SOURCE, GENERATED), "utf-8").replace(/^\/\*\*[\s\S]*?\*\/\s*/, "");
  expect(kept.trim(), "run `npm run types`").toBe(expected.trim());
});
