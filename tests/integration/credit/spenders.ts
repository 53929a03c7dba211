import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { creditCodec } from '../../../src/application/credit/credit.codec.js';
import type { CreditHandler } from '../../../src/application/credit/credit-agenda.js';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '../../../src/application/ports/event-store.js';
import { Contention, createCommandHandler } from '../../../src/application/shared/command-handler.js';
import type { CreditCommand } from '../../../src/domain/credit/commands.js';
import { creditAccount } from '../../../src/domain/credit/credit.js';
import type { CreditId, CustomerId, HoldId } from '../../../src/domain/shared/ids.js';
import { parseCreditId, parseCustomerId, parseHoldId } from '../../../src/domain/shared/ids.js';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-event-store.js';
import { at, required, usd } from '../../support/payment-examples.js';
import { silentLogger } from '../../support/postgres.js';

/** What each wallet holds, in grants, in the order in which they are to be used. */
export const grantsOfWallet = [50, 30, 20] as const;
const triesMax = 50;
/** What each spender asks each wallet for. */
export const asked = 7;

type Wallet = { readonly customerId: CustomerId; readonly grants: readonly CreditId[] };
/** What a spender was told. */
type Told = { readonly wallet: Wallet; readonly holdId: HoldId; readonly outcome: 'spent' | 'refused' };

export type SpendersReport = {
  readonly wallets: readonly Wallet[];
  readonly told: readonly Told[];
  /** How often a command was given again. */
  readonly givenAgain: number;
  readonly ms: number;
};

type Accounts = {
  readonly store: PostgresEventStore;
  /**
   * Gives a command as a patient client does: again under the same id while the store is too busy to say what came of it,
   * or others came between twenty times.
   */
  give(customerId: CustomerId, command: CreditCommand): ReturnType<CreditHandler['handle']>;
  givenAgain(): number;
};

export function openAccounts(url: string): Accounts {
  const store = new PostgresEventStore({ connectionString: url, logger: silentLogger });
  const accounts: CreditHandler = createCommandHandler({
    ...{ eventStore: store, decider: creditAccount, codec: creditCodec, category: 'creditAccount' },
  });
  let again = 0;
  return {
    store,
    givenAgain: () => again,
    async give(customerId, command) {
      const commandId = randomUUID();
      const actor = { kind: 'system', id: 'spenders' } as const;
      const metadata = { commandId, correlationId: commandId, causationId: commandId, actor, reason: null };
      for (let tries = 1; ; tries += 1) {
        try {
          return await accounts.handle(customerId, command, metadata);
        } catch (error) {
          if (tries === triesMax || !isBusy(error)) throw error;
          again += 1;
          await sleep(100 * tries);
        }
      }
    },
  };
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof Contention ||
    error instanceof EventStoreUnavailable ||
    error instanceof AppendOutcomeUnknown ||
    (error instanceof Error && error.name === 'Overloaded')
  );
}

const newCustomer = (): CustomerId => required(parseCustomerId(`cus_${randomUUID()}`));
export const newHold = (): HoldId => required(parseHoldId(`hold_${randomUUID()}`));

/** Grants credit that is used in the order of the list. */
export async function openWallet(accounts: Accounts, amounts: readonly number[]): Promise<Wallet> {
  const customerId = newCustomer();
  const grants: CreditId[] = [];
  for (const [priority, minor] of amounts.entries()) {
    const creditId = required(parseCreditId(`crd_${randomUUID()}`));
    const details = {
      ...{ creditId, customerId, amount: usd(minor), grantType: 'promotional' as const, priority },
      ...{ source: null, description: null, expiresAt: null, grantedBy: 'system:test', metadata: {} },
      lateReturn: { policy: 'breakage' as const },
    };
    await accounts.give(customerId, { type: 'GrantCredit', at, details });
    grants.push(creditId);
  }
  return { customerId, grants };
}

export const spend = (holdId: HoldId, minor: number): CreditCommand => ({
  ...{ type: 'SpendCredit', at, holdId, amount: usd(minor), invoiceId: null, from: null },
});

/** Every spender asks every wallet once, each in an order of its own; half of them through another process' store. */
export async function runSpenders(
  url: string,
  size: { readonly wallets: number; readonly spenders: number },
): Promise<SpendersReport> {
  const stores = [openAccounts(url), openAccounts(url)];
  const [first] = stores;
  if (first === undefined) throw new TypeError('there are two stores');
  const wallets: Wallet[] = [];
  while (wallets.length < size.wallets) {
    const some = Math.min(50, size.wallets - wallets.length);
    const opened = Array.from({ length: some }, () => openWallet(first, grantsOfWallet));
    wallets.push(...(await Promise.all(opened)));
  }
  const told: Told[] = [];

  async function ask(accounts: Accounts, wallet: Wallet): Promise<void> {
    const holdId = newHold();
    const { outcome } = await accounts.give(wallet.customerId, spend(holdId, asked));
    told.push({ wallet, holdId, outcome: outcome === 'accepted' ? 'spent' : 'refused' });
  }

  const started = performance.now();
  await Promise.all(
    Array.from({ length: size.spenders }, async (_none, spender) => {
      const accounts = stores[spender % stores.length] ?? first;
      for (let n = 0; n < wallets.length; n += 1) {
        // A step that has no divisor in common with the number of wallets leads to each of them.
        const wallet = wallets[(spender * 7 + n * stepOf(spender, wallets.length)) % wallets.length];
        if (wallet !== undefined) await ask(accounts, wallet);
      }
    }),
  );
  const ms = performance.now() - started;
  const givenAgain = stores.reduce((count, accounts) => count + accounts.givenAgain(), 0);
  await Promise.all(stores.map(({ store }) => store.close()));
  return { wallets, told, givenAgain, ms };
}

function stepOf(spender: number, count: number): number {
  for (let step = spender + 1; ; step += 1) if (divisor(step, count) === 1) return step;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
