import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * `npm run build`: writes what runs to `dist/`, each program as one file beside the parts that they share. Node takes a second and
 * a half longer to find and to link the same code in 1,700 files. Types are checked by `npm run check`.
 * `node build.mjs FOLDER` writes what belongs to another folder: its programs, or only what a program reads beside its code.
 */
const root = fileURLToPath(new URL('./', import.meta.url));

/** By folder: the programs, and what each is built of. */
const builds = {
  dist: {
    main: 'src/main.ts',
    simulator: 'src/interfaces/cli/simulator.ts',
    doctor: 'src/interfaces/cli/doctor.ts',
    demo: 'src/interfaces/cli/demo.ts',
    'verify-export': 'src/interfaces/cli/verify-export.ts',
    'print-thread': 'src/infrastructure/pdf/print-thread.ts',
    // What tests reach for in the program as it is built.
    'parts/pool': 'src/infrastructure/postgres/pool.ts',
    'parts/pino-logger': 'src/infrastructure/pino-logger.ts',
    'parts/zones': 'src/application/shared/zones.ts',
    'parts/document-printer': 'src/infrastructure/pdf/pdfkit-document-printer.ts',
    'parts/payment-gateway': 'src/infrastructure/stripe/stripe-payment-gateway.ts',
    'parts/simulator-server': 'src/infrastructure/stripe-simulator/server.ts',
  },
  'dist-sim': {
    'tests/simulation/run': 'tests/simulation/run.ts',
    'tests/confluence/run': 'tests/confluence/run.ts',
  },
};

/** Of the packages only these: they come in hundreds of modules, and as modules. The others stay where npm put them. */
const packages = [
  '@asteasolutions/zod-to-openapi',
  'eta',
  'inversify',
  'lossless-json',
  'openid-client',
  'otpauth',
  'stripe',
  'uuid',
  'zod',
];

const resources = [
  'infrastructure/postgres/migrations',
  'infrastructure/pdf/fonts',
  'interfaces/http/pages/templates',
  'interfaces/http/pages/assets',
];

async function copyResources(to) {
  for (const folder of resources) await cp(join(root, 'src', folder), join(to, folder), { recursive: true });
}

/** Where it is decided what stands on a document, in which words, and what it looks like. */
const printing = ['application/document', 'infrastructure/pdf'];

/** A program that was changed there prints editions of its own. */
async function printingDigest() {
  const digest = createHash('sha256');
  for (const folder of printing) {
    const files = await readdir(join(root, 'src', folder), { recursive: true });
    for (const file of files.filter((name) => /\.(ts|ttf)$/.test(name)).sort())
      digest.update(`${file}\n`).update(await readFile(join(root, 'src', folder, file)));
  }
  return digest.digest('hex').slice(0, 16);
}

async function bundle(entryPoints, outdir) {
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const { metafile } = await build({
    entryPoints,
    absWorkingDir: root,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !packages.includes(name)),
    define: { printingDigest: JSON.stringify(await printingDigest()) },
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  });
  await removeOlder(outdir, new Set(Object.keys(metafile.outputs)));
}

/** Only when what comes in its place is there, for a program may run meanwhile. */
async function removeOlder(outdir, written) {
  for (const file of await readdir(join(root, outdir), { recursive: true }))
    if (/\.js(\.map)?$/.test(file) && !file.includes('/assets/') && !written.has(`${outdir}/${file}`))
      await rm(join(root, outdir, file));
}

const [folder = 'dist'] = process.argv.slice(2);
if (builds[folder] !== undefined) await bundle(builds[folder], folder);
// The simulation shows no page and prints nothing.
if (folder !== 'dist-sim') await copyResources(join(root, folder));
