import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../../../root.js';

const folder = fileURLToPath(new URL('interfaces/http/pages/assets/', root));
const htmx = join(
  dirname(createRequire(import.meta.url).resolve('htmx.org/package.json')),
  'dist/htmx.min.js',
);
const javascript = 'text/javascript; charset=utf-8';

const files = {
  'style.css': { file: join(folder, 'style.css'), contentType: 'text/css; charset=utf-8' },
  'page.js': { file: join(folder, 'page.js'), contentType: javascript },
  'pay.js': { file: join(folder, 'pay.js'), contentType: javascript },
  'htmx.js': { file: htmx, contentType: javascript },
} as const;
type AssetName = keyof typeof files;

type Asset = { readonly contentType: string; readonly body: Buffer };

export type Assets = {
  /** The address of a file; it changes with the content of any, so that browsers may keep what they have for ever. */
  href(name: AssetName): string;
  find(version: string, name: string): Asset | undefined;
};

/** What pages are made of beside HTML; read when the first page asks for it. */
export function createAssets(): Assets {
  let loaded: { readonly version: string; readonly byName: ReadonlyMap<string, Asset> } | undefined;

  function load() {
    const byName = new Map<string, Asset>();
    for (const [name, { file, contentType }] of Object.entries(files)) {
      byName.set(name, { contentType, body: readFileSync(file) });
    }
    const content = Buffer.concat([...byName.values()].map(({ body }) => body));
    return { version: hash('sha256', content).slice(0, 16), byName };
  }

  return {
    href(name) {
      loaded ??= load();
      return `/assets/${loaded.version}/${name}`;
    },
    find(version, name) {
      loaded ??= load();
      return version === loaded.version ? loaded.byName.get(name) : undefined;
    },
  };
}
