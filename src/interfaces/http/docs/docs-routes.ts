import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { refused } from '../shared/problem.js';
import type { Answer, Route } from '../shared/route.js';
import { route } from '../shared/route.js';
import { openApiOf } from './openapi.js';
import { readRunbook, runbookSection } from './runbook.js';

const html = 'text/html; charset=utf-8';
const javascript = 'text/javascript; charset=utf-8';
const text = 'text/plain; charset=utf-8';
const sectionParams = z.strictObject({ section: z.string().regex(/^[a-z][a-z0-9_]{0,62}$/) });

/** No script or style stands in the page, so that the content security policy can forbid them. */
const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Counterfoil API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const start = `window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
});
`;

/** The package's own entry would load the whole page's code into this process. */
const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const bundled = { 'swagger-ui.css': 'text/css; charset=utf-8', 'swagger-ui-bundle.js': javascript } as const;
const assetParams = z.strictObject({ asset: z.enum(['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js']) });

/** The front door, the OpenAPI document and its pages, all served from here: nothing is fetched from elsewhere. */
export function docsRoutes(others: readonly Route[]): readonly Route[] {
  let document: object | undefined;
  const routes: readonly Route[] = [
    route({
      method: 'get',
      path: '/',
      tag: 'Docs',
      summary: 'What this is',
      scope: 'public',
      answers: { 200: { description: 'A few words.', contentType: text } },
      handle: () => ({
        status: 200,
        contentType: text,
        body: 'Counterfoil: a payments backend that you run yourself.\nDocs: /docs\nOpenAPI: /openapi.json\n',
      }),
    }),
    route({
      method: 'get',
      path: '/openapi.json',
      tag: 'Docs',
      summary: 'This document',
      scope: 'public',
      answers: { 200: { description: 'OpenAPI 3.1.', schema: z.record(z.string(), z.unknown()) } },
      handle: () => {
        document ??= openApiOf([...others, ...routes]);
        return { status: 200, body: document };
      },
    }),
    route({
      method: 'get',
      path: '/docs',
      tag: 'Docs',
      summary: 'This document as pages',
      scope: 'public',
      answers: { 200: { description: 'A page.', contentType: html } },
      handle: () => ({ status: 200, contentType: html, body: page }),
    }),
    route({
      method: 'get',
      path: '/docs/:asset',
      tag: 'Docs',
      summary: 'What the pages are made of',
      scope: 'public',
      params: assetParams,
      answers: { 200: { description: 'A file.', contentType: javascript } },
      handle: ({ params }) => assetAnswer(params.asset),
    }),
    route({
      method: 'get',
      path: '/runbook',
      tag: 'Docs',
      summary: 'What to do when something is wrong',
      scope: 'public',
      vital: true,
      answers: { 200: { description: 'A section for each check and each rule.', contentType: text } },
      handle: async () => ({ status: 200, contentType: text, body: await readRunbook() }),
    }),
    route({
      method: 'get',
      path: '/runbook/:section',
      tag: 'Docs',
      summary: 'What to do about one check of health, or one rule of alerts',
      scope: 'public',
      vital: true,
      params: sectionParams,
      answers: { 200: { description: 'The section.', contentType: text } },
      handle: async ({ params }) => {
        const section = await runbookSection(params.section);
        if (section === undefined) throw refused('resource_missing', { detail: 'There is no such section.' });
        return { status: 200, contentType: text, body: section };
      },
    }),
  ];
  return routes;
}

async function assetAnswer(asset: z.output<typeof assetParams>['asset']): Promise<Answer> {
  if (asset === 'start.js') return { status: 200, contentType: javascript, body: start };
  return {
    status: 200,
    contentType: bundled[asset],
    body: await readFile(join(assets, asset), 'utf8'),
    headers: { 'cache-control': 'public, max-age=3600' },
  };
}
