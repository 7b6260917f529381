import { cp, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const OWN = ["index.html", "start.js", "page.css"];
const THEIRS = ["swagger-ui.css", "swagger-ui-bundle.js"];

/** Lays the API's documentation page beside the built page: Swagger UI from our own files, no foreign host. */
export function swagger(): Plugin {
  let out = "dist";
  return {
    name: "z2-swagger",
    apply: "build",
    configResolved(config) {
      out = join(config.root, config.build.outDir, "swagger");
    },
    async closeBundle() {
      const theirs = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
      await mkdir(out, { recursive: true });
      await Promise.all([
        ...OWN.map((name) => cp(join(import.meta.dirname, "../swagger", name), join(out, name))),
        ...THEIRS.map((name) => cp(join(theirs, name), join(out, name))),
      ]);
    },
  };
}
