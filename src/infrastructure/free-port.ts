import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port of the host that nothing listens on: the one asked for, or any for 0. Rejects with what the system says. */
export async function freePort(wanted: number, host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  server.listen(wanted, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return address.port;
}
