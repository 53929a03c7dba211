import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { creditCodec } from '../../../src/application/credit/credit.codec.js';
import type { CreditHandler } from '../../../src/application/credit/credit-agenda.js';
import { createExpiryTask, creditAgenda, expiryKind } from '../../../src/application/credit/credit-agenda.js';
import type { AgendaItem } from '../../../src/application/ports/agenda.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import type { CreditCommand } from '../../../src/domain/credit/commands.js';
import { creditAccount } from '../../../src/domain/credit/credit.js';
import type { CreditEvent } from '../../../src/domain/credit/events.js';
import { remaining, unheld } from '../../../src/domain/credit/grant.js';
import { valuesOf } from '../../../src/domain/shared/id-index.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { isZero } from '../../../src/domain/shared/money.js';
import { holds } from '../../support/corpus.js';
import { creditCommands, playCredit } from '../../support/credit-arbitraries.js';
import {
  creditId,
  customerId,
  day,
  grantCredit,
  holdCredit,
  releaseHold,
} from '../../support/credit-examples.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';

/** What the agenda holds after some facts, by grant. */
function note(items: Map<string, Instant>, event: CreditEvent): void {
  for (const entry of creditAgenda(event)) {
    if (entry.entry === 'promised') items.set(entry.item, entry.dueAt);
    else items.delete(entry.item);
  }
}

it('holds the expiry of every grant that has anything to expire, and of none that has nothing left', () => {
  let revived = 0;
  holds(
    'credit-agenda',
    fc.property(creditCommands, (commands) => {
      const items = new Map<string, Instant>();
      for (const { events, after } of playCredit(commands)) {
        for (const event of events) {
          note(items, event);
          if (event.type === 'CreditRestored') revived += event.revived.length;
        }
        if (after.status === 'absent') continue;
        for (const { details, expiresAt, revokedAt, totals } of valuesOf(after.grants)) {
          const item = items.get(details.creditId) ?? null;
          const over = revokedAt !== null || isZero(remaining(totals));
          if (over) expect(item).toBeNull();
          else if (!isZero(unheld(totals))) expect(item).toBe(expiresAt);
        }
      }
    }),
    { numRuns: 600 },
  );
  expect(revived).toBeGreaterThan(2);
});

describe('when an expiry falls due', () => {
  async function account(...commands: readonly CreditCommand[]) {
    const eventStore = new InMemoryEventStore();
    const handler: CreditHandler = createCommandHandler({
      ...{ eventStore, decider: creditAccount, codec: creditCodec, category: 'creditAccount' },
    });
    for (const command of commands) {
      const actor = { kind: 'system', id: 'test' } as const;
      const commandId = randomUUID();
      const metadata = { commandId, correlationId: 'c', causationId: 'c', actor, reason: null };
      const handled = await handler.handle(customerId, command, metadata);
      expect(handled.outcome).toBe('accepted');
    }
    const stream = `creditAccount-${customerId}` as const;
    const promising = (await eventStore.readStream(stream))[0];
    const item: AgendaItem = {
      ...{ stream, kind: expiryKind, item: creditId(1), revision: 0n, due_at: day(10), attempts: 1 },
      event_id: promising?.id ?? '',
    };
    return {
      run: (now: Instant) => createExpiryTask({ handler, clock: { now: () => now } })(item),
      runOf: (other: string) =>
        createExpiryTask({ handler, clock: { now: () => day(10) } })({ ...item, item: other }),
      types: async () => (await eventStore.readStream(stream)).map(({ type }) => type).slice(1),
    };
  }
  const granted = grantCredit(1, 100, { expiresAt: day(10) });

  it('it is booked once, however often it is run', async () => {
    const { run, types } = await account(granted);
    await run(day(9));
    expect(await types()).toEqual([]);
    await Promise.all([run(day(10)), run(day(10)), run(day(11))]);
    expect(await types()).toEqual(['CreditExpired']);
  });

  it('and all is on hold, it waits for the end of the hold, which books it', async () => {
    const holding = await account(granted, holdCredit(1, 100));
    await holding.run(day(10));
    expect(await holding.types()).toEqual(['CreditHeld']);
    const ended = await account(granted, holdCredit(1, 100), releaseHold(1, day(12)));
    await ended.run(day(12));
    expect(await ended.types()).toEqual(['CreditHeld', 'CreditHoldReleased', 'CreditExpired']);
  });

  it('of a grant that there is none of, it fails aloud', async () => {
    const { runOf } = await account(granted);
    await expect(runOf(creditId(2))).rejects.toThrow('credit_not_found');
    await expect(runOf('x')).rejects.toThrow('no id of a grant');
  });
});
