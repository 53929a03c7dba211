import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiPipeline } from './api-pipeline.js';
import type { AssemblyOptions } from './assembly.js';
import { assembleSimulator } from './assembly.js';
import type { ControlParts } from './control-routes.js';
import { answerControl } from './control-routes.js';
import { BodyTooLarge, readBody, send } from './http-io.js';
import { HttpWebhookTransport } from './webhook-transport.js';

/** How to start a simulator; everything has a default. */
export type StripeSimulatorOptions = AssemblyOptions & {
  /** 0, the default, takes any free port of 127.0.0.1. */
  readonly port?: number;
};

/** A running simulator. */
export type StripeSimulator = {
  /** Such as `http://127.0.0.1:12111`. */
  readonly url: string;
  readonly port: number;
  /** Stops listening, drops connections and closes the journal. What was answered is kept in `dataDir`. */
  close(): Promise<void>;
};

/** Starts a simulator of Stripe on 127.0.0.1. */
export async function startStripeSimulator(options: StripeSimulatorOptions = {}): Promise<StripeSimulator> {
  const assembly = assembleSimulator(options, new HttpWebhookTransport());
  const { pipeline, parts } = assembly;
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    void serve(pipeline, parts, request, response);
  });
  const port = await listen(server, options.port ?? 0);
  const url = `http://127.0.0.1:${port}`;
  parts.core.world.settings.publicUrl = url;
  parts.sender.resume();
  return { url, port, close: () => stop(server, parts, assembly.close) };
}

async function serve(
  pipeline: ApiPipeline,
  parts: ControlParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = mark === -1 ? '' : target.slice(mark + 1);
  const method = request.method ?? 'GET';
  try {
    const body = method === 'GET' ? '' : await readBody(request);
    if (path.startsWith('/sim/')) {
      const contentType = request.headers['content-type'] ?? '';
      send(response, await answerControl(parts, { method, path, query, body, contentType }));
      return;
    }
    const outcome = await pipeline.handle({ method, path, query, body, headers: request.headers });
    if (outcome === 'cut') request.socket.destroy();
    else if (outcome !== 'silence') send(response, outcome);
  } catch (error) {
    if (error instanceof BodyTooLarge) send(response, { status: 413, body: error.message, headers: {} });
    else if (!response.destroyed) {
      process.stderr.write(`stripe simulator: ${error instanceof Error ? error.stack : String(error)}\n`);
      send(response, { status: 500, body: '{}', headers: { 'Content-Type': 'application/json' } });
    }
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function stop(server: Server, { core, sender }: ControlParts, closeJournal: () => void): Promise<void> {
  return new Promise((resolve) => {
    core.close();
    sender.close();
    server.close(() => {
      closeJournal();
      resolve();
    });
    server.closeAllConnections();
  });
}
