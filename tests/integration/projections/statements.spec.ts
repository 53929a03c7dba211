import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { later } from '../../../src/application/webhook/retry-schedule.js';
import { ledgerProjection } from '../../../src/infrastructure/read-models/ledger.js';
import { PostgresStatementQueries } from '../../../src/infrastructure/read-models/statements.js';
import { bounce, cheque } from '../../unit/policies/cheques.js';
import { createMoneyFlows } from '../../unit/policies/money-flows.js';
import { RecordedEventStore } from './recorded-event-store.js';
import type { Bench } from './support.js';
import { openBench } from './support.js';

describe("a customer's statement", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench.close());

  it("has the customer's lines alone, with a balance after each that is the ledger's, as of any instant", async () => {
    const flows = createMoneyFlows();
    const [customer, other] = [await flows.customer(), await flows.customer()];
    const invoiceId = await flows.invoice(customer, 3000);
    const id = await cheque(flows, customer, invoiceId, 5000);
    await cheque(flows, other, await flows.invoice(other, 700), 900);
    await flows.settle();
    const before = flows.clock.now();
    await flows.advance(3);
    await bounce(flows, id);
    await flows.settle();
    const log = await flows.facts();
    const running = await bench.start(new RecordedEventStore(log), [ledgerProjection]);
    expect(await running.reached(BigInt(log.length), 20_000)).toBe(true);

    const statements = new PostgresStatementQueries(bench.pool);
    const all = { asOf: flows.clock.now(), after: 0n, limit: 100 };
    const { lines, balances, position, hasMore } = await statements.statementOf(customer, all);
    expect([position, hasMore]).toEqual([BigInt(log.length), false]);
    expect(lines.map(({ description, balance }) => [description, balance])).toEqual([
      ['Invoice finalized', 3000n],
      ['Manual payment verified', -2000n],
      ['Payment applied', -2000n],
      ['Credit granted', -2000n],
      ['Manual payment reversed', 3000n],
      ['Payment reversed', 3000n],
      ['Credit revoked', 3000n],
    ]);
    expect(balances).toEqual([
      { currency: 'USD', receivable: 3000n, credit: 0n, unapplied: 0n, balance: 3000n },
    ]);

    const earlier = await statements.statementOf(customer, { ...all, asOf: before });
    expect(earlier.balances).toEqual([
      { currency: 'USD', receivable: 0n, credit: -2000n, unapplied: 0n, balance: -2000n },
    ]);
    const first = await statements.statementOf(customer, { ...all, limit: 3 });
    expect([first.hasMore, first.lines]).toEqual([true, lines.slice(0, 3)]);
    const after = first.lines.at(-1)?.position ?? 0n;
    const rest = await statements.statementOf(customer, { ...all, after });
    expect(rest.lines).toEqual(lines.slice(3));
    expect((await statements.statementOf(other, all)).balances).toMatchObject([{ balance: -200n }]);
    const nobody = await statements.statementOf('cus_nobody', { ...all, asOf: later(before, 0) });
    expect([nobody.lines, nobody.balances]).toEqual([[], []]);
  });
});
