import type { Config } from '../config.js';
import { freePort } from '../infrastructure/free-port.js';
import { StartupError } from '../infrastructure/startup-error.js';
import type { HttpServer } from '../interfaces/http/http-server.js';

/** Where this process listens, and where people reach it: addresses without a slash at their end. */
export type Addresses = {
  readonly port: number;
  /** Null where the console has no port of its own. */
  readonly consolePort: number | null;
  /** How this machine reaches the API. */
  readonly url: string;
  /** For customers. */
  readonly publicUrl: string;
  /** For operators. */
  readonly consoleUrl: string;
};

/**
 * Ports are looked at before anything starts, so that a second start says so at once.
 * @throws StartupError for one that cannot be used
 */
export async function addressesOf(config: Config): Promise<Addresses> {
  const { host, console, role } = config;
  const port = await portOf(config, 'PORT');
  const listen = console.on && role !== 'worker' ? console.listen : null;
  const consolePort = listen === null ? null : await portOf(listen, 'COUNTERFOIL_CONSOLE_PORT');
  const url = listeningAt(host, port);
  const publicUrl = config.publicUrl ?? url;
  const ofConsole =
    listen === null || consolePort === null ? publicUrl : listeningAt(listen.host, consolePort);
  return { port, consolePort, url, publicUrl, consoleUrl: console.url ?? ofConsole };
}

/** Makes the servers listen where the addresses say. */
export async function listenAt(
  { port, consolePort }: Addresses,
  config: Config,
  servers: { readonly api: HttpServer; readonly console: HttpServer | null },
): Promise<void> {
  await servers.api.listen(port, config.host);
  const { listen } = config.console;
  if (listen !== null && consolePort !== null) await servers.console?.listen(consolePort, listen.host);
}

/** Where an identity provider leads browsers back to. */
export function redirectUriOf(consoleUrl: string): string {
  return `${consoleUrl}/admin/sign-in/oidc/callback`;
}

async function portOf(
  { port, host }: { readonly port: number; readonly host: string },
  variable: string,
): Promise<number> {
  try {
    return await freePort(port, host);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(
      reason.includes('EADDRINUSE')
        ? `Port ${port} is in use`
        : `Port ${port} of ${host} cannot be used: ${reason}`,
      `Stop the other program, or set ${variable} to a free one.`,
    );
  }
}

/** How this machine reaches what listens at the configured host. */
function listeningAt(given: string, port: number): string {
  const host = given.includes(':') ? `[${given}]` : given;
  return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
}
