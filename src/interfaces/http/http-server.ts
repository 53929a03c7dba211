import type { Server } from 'node:http';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Express, NextFunction, Request, Response } from 'express';
import express from 'express';
import { docsRoutes } from './docs/docs-routes.js';
import type { HttpSettings, ReceiveWebhook } from './http-tokens.js';
import type { PageServer } from './pages/page-server.js';
import { createPageServer } from './pages/page-server.js';
import type { Page, PageController } from './pages/shared/page.js';
import type { DispatchParts, OnAnswered } from './shared/dispatch.js';
import { createDispatch } from './shared/dispatch.js';
import { refused } from './shared/problem.js';
import type { Controller, Route } from './shared/route.js';
import { createWebhookListener, webhookPaths } from './webhook/webhook-listener.js';

export type HttpServerParts = Omit<
  DispatchParts,
  'routes' | 'livemode' | 'leaseMs' | 'bodyBytesMax' | 'trustedProxies'
> & {
  readonly settings: HttpSettings;
  readonly controllers: readonly Controller[];
  /** Pages for people; none by default. */
  readonly pageControllers?: readonly PageController[];
  readonly receiveWebhook: ReceiveWebhook;
  /** Reverse proxies in front of us whose X-Forwarded-For is believed; none by default. */
  readonly trustedProxies?: number;
  readonly bodyBytesMax?: number;
  readonly webhookBytesMax?: number;
};

export type HttpServer = {
  readonly server: Server;
  readonly app: Express;
  readonly routes: readonly Route[];
  readonly pages: readonly Page[];
  /** Resolves with the port that is bound; port 0 takes any that is free. */
  listen(port: number, host: string): Promise<number>;
  /** Takes no new connection, lets requests under way finish for at most `withinMs`, then cuts what is left. */
  close(withinMs: number): Promise<void>;
};

/** The HTTP side of the product: the webhook first and on its own, then every controller's routes behind Express. */
export function createHttpServer(parts: HttpServerParts): HttpServer {
  const { trustedProxies = 0, bodyBytesMax = 100 * 1024, webhookBytesMax = 1024 * 1024 } = parts;
  const resources = parts.controllers.flatMap((controller) => controller.routes);
  // A server of pages alone has no API to document.
  const routes = resources.length === 0 ? [] : [...resources, ...docsRoutes(resources)];
  const { livemode, idempotencyLeaseMs: leaseMs = 30_000 } = parts.settings;
  const common = { ...parts, livemode, leaseMs, bodyBytesMax, trustedProxies };
  const dispatch = createDispatch({ ...common, routes: resources });
  const { app, classes } = createApp(trustedProxies);
  const pages = (parts.pageControllers ?? []).flatMap((controller) => controller.pages);
  const mode = parts.settings.mode ?? (livemode ? 'live' : 'test');
  const pageServer = createPageServer(pages, { ...common, mode });
  mount(app, routes, dispatch, pageServer);

  const webhook = createWebhookListener({
    receive: parts.receiveWebhook,
    limits: parts.limits,
    logger: parts.logger,
    trustedProxies,
    bytesMax: webhookBytesMax,
    admission: parts.admission,
  });
  let closing = false;
  const server = createServer(
    {
      ...classes,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 2_000,
      maxHeaderSize: 16 * 1024,
    },
    (request, response) => {
      if (closing) response.shouldKeepAlive = false;
      // Stripe's webhooks pass by Express: nothing of what it and the API's routes do per request applies to them.
      if (webhook.takes(request)) {
        countWebhook(response, parts.onAnswered);
        webhook.listen(request, response);
      } else app(request, response);
    },
  );
  server.maxHeadersCount = 100;

  return {
    server,
    app,
    routes,
    pages,
    listen: (port, host) => listen(server, port, host),
    close(withinMs) {
      closing = true;
      pageServer.endStreams();
      return close(server, withinMs);
    },
  };
}

function countWebhook(response: ServerResponse, onAnswered: OnAnswered | undefined): void {
  if (onAnswered === undefined) return;
  const startedAt = performance.now();
  response.once('finish', () => {
    onAnswered('post', webhookPaths[0], response.statusCode, performance.now() - startedAt);
  });
}

/**
 * Express changes the prototype of every request and response, which makes the engine throw away what it learnt of
 * them. Here they are born with the prototypes that Express would give them.
 */
function createApp(trustedProxies: number) {
  class ExpressRequest extends IncomingMessage {}
  class ExpressResponse extends ServerResponse {}
  const app = express();
  Object.setPrototypeOf(ExpressRequest.prototype, app.request);
  Object.setPrototypeOf(ExpressResponse.prototype, app.response);
  app.request = ExpressRequest.prototype as typeof app.request;
  app.response = ExpressResponse.prototype as typeof app.response;

  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');
  app.set('trust proxy', trustedProxies === 0 ? false : trustedProxies);
  return { app, classes: { IncomingMessage: ExpressRequest, ServerResponse: ExpressResponse } };
}

type Dispatch = ReturnType<typeof createDispatch>;

function mount(app: Express, routes: readonly Route[], dispatching: Dispatch, pageServer: PageServer): void {
  const { dispatch } = dispatching;
  const refuse = (error: unknown, request: Request, response: Response) => {
    if (!pageServer.refuse(error, request, response)) void dispatching.refuse(error, request, response);
  };
  for (const [path, group] of byAddress(routes)) {
    const address = app.route(path);
    for (const route of group) {
      address[route.method]((request, response) => dispatch(route, request, response));
    }
    const allow = group
      .map(({ method }) => (method === 'get' ? 'GET, HEAD' : method.toUpperCase()))
      .join(', ');
    address.all((request, response) => refuse(notAllowed(allow), request, response));
  }
  pageServer.mount(app);
  for (const path of webhookPaths) {
    app.route(path).all((request, response) => refuse(notAllowed('POST'), request, response));
  }
  app.use((request, response) =>
    refuse(refused('route_missing', { detail: 'See /docs for every address.' }), request, response),
  );
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    // Express refuses a malformed escape in an address before any route sees it.
    const malformed = error instanceof URIError;
    const told = malformed ? refused('invalid_request', { detail: 'The address is malformed.' }) : error;
    return refuse(told, request, response);
  });
}

function notAllowed(allow: string) {
  return refused('method_not_allowed', { detail: `This address takes ${allow}.`, headers: { allow } });
}

function byAddress(routes: readonly Route[]): ReadonlyMap<string, readonly Route[]> {
  const groups = new Map<string, Route[]>();
  for (const route of routes) {
    for (const path of route.alias === undefined ? [route.path] : [route.path, route.alias]) {
      const group = groups.get(path);
      if (group === undefined) groups.set(path, [route]);
      else group.push(route);
    }
  }
  return groups;
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/**
 * A request may be on its way on a connection that seems idle. One that comes in this time is answered, and told that it
 * was the last one there; whoever has been silent for so long asks again elsewhere.
 */
const lingerMs = 500;

function close(server: Server, withinMs: number): Promise<void> {
  const closedAt = performance.now();
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), withinMs);
    const sweep = setInterval(() => {
      if (performance.now() - closedAt >= lingerMs) server.closeIdleConnections();
    }, 20);
    const closed = (): void => {
      clearTimeout(cut);
      clearInterval(sweep);
      resolve();
    };
    // The kernel resets whoever has connected and was not yet taken in, so one whole turn of the loop takes them in first.
    // The HTTP server's own close would cut what seems idle; this one only listens no more.
    setImmediate(() => setImmediate(() => NetServer.prototype.close.call(server, closed)));
  });
}
