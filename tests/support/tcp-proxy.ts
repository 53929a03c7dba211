import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

export type TcpProxy = {
  /** The same URL with the proxy in front. */
  readonly url: string;
  /** How the proxy treats traffic from now on. */
  mode:
    | { readonly kind: 'pass' }
    | { readonly kind: 'delay'; readonly ms: number }
    /** Takes requests and keeps them. */
    | { readonly kind: 'hang' }
    /** Passes requests on, keeps the answers, and cuts the line when one comes. */
    | { readonly kind: 'drop_response' }
    /** The same once, to the next request that holds these bytes; everything else passes. */
    | { readonly kind: 'drop_answer_to'; readonly bytes: string; readonly dropped: () => void }
    /** The same once, to the next answer that holds these bytes. */
    | { readonly kind: 'drop_answer_of'; readonly bytes: string; readonly dropped: () => void }
    /** Passes requests on and keeps the answers, without a word. */
    | { readonly kind: 'hang_response' };
  /** Ends every connection: with a goodbye (cut) or without one (reset). */
  cut(): void;
  reset(): void;
  close(): Promise<void>;
};

/** A proxy in front of a TCP server, to break what the network may break. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const upstream = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  /** Lines whose next answer is dropped, and who is to hear of it. */
  const dropping = new Map<Socket, () => void>();
  const proxy = {
    mode: { kind: 'pass' } as TcpProxy['mode'],
    cut: () => {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
    },
    reset: () => {
      for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
    },
  };
  const forward = (from: Socket, to: Socket, isAnswer: boolean): void => {
    from.on('data', (chunk: Buffer) => {
      const { mode } = proxy;
      if (mode.kind === 'drop_answer_to') {
        if (!isAnswer && chunk.includes(mode.bytes)) {
          if (to.destroyed) mode.dropped();
          else dropping.set(to, mode.dropped);
          proxy.mode = { kind: 'pass' };
        }
      }
      if (mode.kind === 'drop_answer_of' && isAnswer && chunk.includes(mode.bytes)) {
        dropping.set(from, mode.dropped);
        proxy.mode = { kind: 'pass' };
      }
      const dropped = isAnswer ? dropping.get(from) : undefined;
      if (dropped !== undefined) {
        dropping.delete(from);
        from.destroy();
        to.destroy();
        dropped();
        return;
      }
      if (mode.kind === 'hang' || (isAnswer && mode.kind === 'hang_response')) return;
      if (isAnswer && mode.kind === 'drop_response') {
        from.destroy();
        to.destroy();
      } else if (mode.kind === 'delay') {
        setTimeout(() => to.writable && to.write(chunk), mode.ms);
      } else if (to.writable) {
        to.write(chunk);
      }
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      to.destroy();
      // Who asked may have given up before the answer came: it is lost as well.
      dropping.get(from)?.();
      dropping.delete(from);
    });
  };
  const server = createServer((client) => {
    const database = connect(Number(upstream.port), upstream.hostname);
    const pair = [client, database] as const;
    pairs.add(pair);
    client.on('close', () => pairs.delete(pair));
    forward(client, database, false);
    forward(database, client, true);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return Object.assign(proxy, {
    url: url.toString(),
    close: async () => {
      proxy.cut();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
