import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Plugin } from "vite";

const WORTH_IT = /\.(js|css|svg|html)$/;
const squeeze = promisify(gzip);

/** Writes a `.gz` beside each text file of the build, so that the server never compresses anything twice. */
export function compress(): Plugin {
  let out = "dist";
  return {
    name: "z2-compress",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      out = join(config.root, config.build.outDir);
    },
    closeBundle: {
      order: "post",
      sequential: true,
      async handler() {
        const files = await readdir(out, { recursive: true });
        const chosen = files.filter((name) => WORTH_IT.test(name));
        await Promise.all(chosen.map((name) => compressFile(join(out, name))));
      },
    },
  };
}

async function compressFile(path: string): Promise<void> {
  await writeFile(`${path}.gz`, await squeeze(await readFile(path), { level: 9 }));
}
