import type { Express, Request, Response } from 'express';
import { refused } from '../shared/problem.js';
import { readSecurityHeaders } from '../shared/security-headers.js';
import { createAssets } from './shared/assets.js';
import type { Page, PageArea } from './shared/page.js';
import type { PageDispatchParts } from './shared/page-dispatch.js';
import { createPageDispatch } from './shared/page-dispatch.js';
import type { Frame } from './shared/renderer.js';
import { createRenderer } from './shared/renderer.js';
import { createSendPage } from './shared/send-page.js';

export type PageServer = {
  /** Puts every page, and what pages are made of, behind Express. */
  mount(app: Express): void;
  /** Answers in HTML what no route takes, where it is below an area; false elsewhere. */
  refuse(error: unknown, request: Request, response: Response): boolean;
  endStreams(): void;
};

/** The pages of all areas. */
export function createPageServer(
  pages: readonly Page[],
  parts: Omit<PageDispatchParts, 'send'> & { readonly mode: Frame['mode'] },
): PageServer {
  const assets = createAssets();
  const { send, endStreams } = createSendPage({ ...parts, render: createRenderer(assets) });
  const { dispatch, refuse } = createPageDispatch({ ...parts, send });
  const areas = [...new Set(pages.map(({ area }) => area))];
  const securityHeaders = readSecurityHeaders();

  function areaOf(path: string): PageArea<unknown> | undefined {
    return areas.find((area) => path === area.path || path.startsWith(`${area.path}/`));
  }

  return {
    mount(app) {
      for (const [path, group] of byPath(pages)) {
        const address = app.route(path);
        for (const page of group) {
          address[page.method]((request, response) => dispatch(page, request, response));
        }
        const allow = group.map(({ method }) => (method === 'get' ? 'GET, HEAD' : 'POST')).join(', ');
        const told = { detail: `This page takes ${allow}.`, headers: { allow } };
        const [page] = group;
        if (page === undefined) continue;
        address.all((request, response) =>
          refuse(page.area, refused('method_not_allowed', told), request, response, page),
        );
      }
      if (areas.length > 0) mountAssets(app);
    },
    refuse(error, request, response) {
      const area = areaOf(request.path);
      if (area === undefined) return false;
      void refuse(area, error, request, response);
      return true;
    },
    endStreams,
  };

  function mountAssets(app: Express): void {
    app.get('/assets/:version/:name', (request, response, next) => {
      const asset = assets.find(request.params.version, request.params.name);
      if (asset === undefined) return next();
      response.writeHead(200, {
        ...securityHeaders,
        'content-type': asset.contentType,
        'content-length': asset.body.length,
        'cache-control': 'public, max-age=31536000, immutable',
      });
      response.end(request.method === 'HEAD' ? undefined : asset.body);
    });
  }
}

function byPath(pages: readonly Page[]): ReadonlyMap<string, readonly Page[]> {
  const groups = new Map<string, Page[]>();
  for (const page of pages) groups.set(page.path, [...(groups.get(page.path) ?? []), page]);
  return groups;
}
