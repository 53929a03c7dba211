import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

/** Origins outside that a page must work with: the provider's script, and what that script talks to. */
export type OutsideSources = {
  readonly scripts: readonly string[];
  readonly frames: readonly string[];
  readonly connections: readonly string[];
};

const nothingOutside: OutsideSources = { scripts: [], frames: [], connections: [] };

/**
 * What Helmet sets on an answer. None of it depends on the request, so it is asked once and not per request, and goes out in
 * one go with the answer's own headers. `forms` lets a page send its forms back to us.
 */
export function readSecurityHeaders(
  options: { readonly forms: boolean; readonly outside?: OutsideSources } = { forms: false },
): Readonly<Record<string, string>> {
  const { scripts, frames, connections } = options.outside ?? nothingOutside;
  const setHeaders = helmet({
    // Everything is served from here, and nothing is written into a page: no inline script or style is needed.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", ...scripts],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'", ...connections],
        ...(frames.length === 0 ? {} : { frameSrc: [...frames] }),
        baseUri: ["'none'"],
        formAction: [options.forms ? "'self'" : "'none'"],
        frameAncestors: ["'none'"],
      },
    },
    xPoweredBy: false,
  });
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  setHeaders(request, response, () => undefined);
  return Object.fromEntries(
    Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]),
  );
}
