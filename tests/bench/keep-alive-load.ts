import { connect } from 'node:net';
import type { LoadPlan, LoadReport } from './load-plan.js';
import { median } from './rounds.js';

/**
 * Sends prepared requests over kept-alive connections, one at a time on each. Plain sockets: a full HTTP client would
 * take as much of the machine as the server that it measures.
 */
export async function sendKeepAlive(plan: LoadPlan, requests: readonly Buffer[]): Promise<LoadReport> {
  const queue = { requests, next: 0 };
  const latencies: number[] = [];
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: plan.connections }, () => runConnection(plan, queue, latencies)));
  const seconds = (performance.now() - startedAt) / 1000;
  const sorted = latencies.sort((left, right) => left - right);
  return {
    perSecond: latencies.length / seconds,
    medianMs: median(sorted),
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
  };
}

type Queue = { readonly requests: readonly Buffer[]; next: number };

function runConnection(plan: LoadPlan, queue: Queue, latencies: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: plan.port, host: '127.0.0.1', noDelay: true });
    let sentAt = 0;
    let received: Buffer = Buffer.alloc(0);
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const sendNext = (): void => {
      const request = queue.requests[queue.next];
      queue.next += 1;
      if (request === undefined) {
        socket.off('close', closed);
        socket.end();
        resolve();
        return;
      }
      sentAt = performance.now();
      socket.write(request);
    };
    const closed = (): void => fail(new Error('the server closed a connection that it should have kept'));
    socket.once('connect', sendNext);
    socket.on('error', fail);
    socket.on('close', closed);
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const answer = readAnswer(received);
      if (answer === undefined) return;
      if (answer.status !== plan.expectedStatus) {
        fail(new Error(`answered ${answer.status}: ${received.toString('utf8').slice(0, 1_000)}`));
        return;
      }
      latencies.push(performance.now() - sentAt);
      received = Buffer.alloc(0);
      sendNext();
    });
  });
}

/** The status of a complete answer; undefined while some of it is missing. */
function readAnswer(bytes: Buffer): { readonly status: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) {
    // Answers of unknown length come in chunks and end with an empty one.
    return bytes.toString('latin1', bytes.length - 5) === '0\r\n\r\n' ? { status } : undefined;
  }
  return bytes.length >= end + 4 + Number(length) ? { status } : undefined;
}
