import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { createServer as createTlsServer } from 'node:tls';
import { expect, it } from '@jest/globals';
import { Stripe } from 'stripe';
import { StripePaymentGateway } from '../../../src/infrastructure/stripe/stripe-payment-gateway.js';
import { confirmRequest } from '../../contract/payment-gateway.contract.js';
import { seededRandom } from '../../faults/load/random.js';
import { silentLogger } from '../../support/postgres.js';
import { startStripe } from './simulator-control.js';

const calls = Number(process.env['CORRUPTED_CALLS'] ?? 60);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
/** Of the pieces that go over the wire, either way. */
const corruptedShare = 0.1;

/** A key that both know in place of a certificate: the records are protected in the same way. */
const psk = Buffer.from(randomUUID());
const cipher = { ciphers: 'PSK-AES256-GCM-SHA384', maxVersion: 'TLSv1.2' } as const satisfies TlsOptions;

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Hands on what it gets, both ways, changed by `change`. */
function relay(from: Socket, to: Socket, change: (chunk: Buffer) => Buffer): void {
  const ways = [
    [from, to],
    [to, from],
  ] as const;
  for (const [here, there] of ways) {
    here.on('data', (chunk: Buffer) => there.writable && there.write(change(chunk)));
    here.on('error', () => undefined);
    here.on('close', () => there.destroy());
  }
}

it(`F47: bytes that change on the way to Stripe and back change no amount (seed ${seed})`, async () => {
  const { next: random, between } = seededRandom(seed);
  const stripe = await startStripe();
  const stripePort = Number(new URL(stripe.simulator.url).port);
  let corrupted = 0;
  const tls = createTlsServer({ ...cipher, pskCallback: () => psk }, (socket) =>
    relay(socket, connect(stripePort, '127.0.0.1'), (chunk) => chunk),
  );
  tls.on('tlsClientError', () => undefined);
  const tlsPort = await listening(tls);
  const wire = createServer((socket) =>
    relay(socket, connect(tlsPort, '127.0.0.1'), (chunk) => {
      if (random() >= corruptedShare) return chunk;
      corrupted += 1;
      const changed = Buffer.from(chunk);
      const place = between(0, changed.length - 1);
      changed.writeUInt8(changed.readUInt8(place) ^ (1 << between(0, 7)), place);
      return changed;
    }),
  );
  const agent = new Agent({
    ...{ ...cipher, keepAlive: true, checkServerIdentity: () => undefined },
    pskCallback: () => ({ psk, identity: 'counterfoil' }),
  });
  const gateway = new StripePaymentGateway({
    ...{ secretKey: 'sk_test_contract', timeoutMs: 1_000, logger: silentLogger, rateLimit: null },
    apiBase: `https://127.0.0.1:${await listening(wire)}`,
    httpClient: Stripe.createNodeHttpClient(agent),
  });
  try {
    const outcomes = { answered: 0, unknown: 0 };
    for (let n = 0; n < calls; n += 1) {
      const request = confirmRequest();
      const answer = await gateway.confirm(request, randomUUID());
      // A changed byte is no answer: nothing is refused for it, and nothing believed.
      expect(['answered', 'unknown']).toContain(answer.outcome);
      if (answer.outcome !== 'answered') {
        outcomes.unknown += 1;
        continue;
      }
      outcomes.answered += 1;
      expect(answer.value).toMatchObject({ status: 'succeeded', amount: request.amount });
    }
    const { minor } = confirmRequest().amount;
    const charged = (await stripe.journal()).filter(({ kind }) => kind === 'charge_captured');
    expect(new Set(charged.map(({ amount }) => amount))).toEqual(new Set([Number(minor)]));
    expect(charged.length).toBeGreaterThanOrEqual(outcomes.answered);
    expect(charged.length).toBeLessThanOrEqual(calls);
    expect(corrupted).toBeGreaterThan(0);
    expect(outcomes.answered).toBeGreaterThan(0);
  } finally {
    gateway.close();
    agent.destroy();
    wire.close();
    tls.close();
    await stripe.close();
  }
});
