/** Book 1: what clients asked for and what they were told. */

/** What is asked of a payment. */
type PaymentCommandKind = 'create' | 'confirm' | 'capture' | 'cancel' | 'refund';

/** What is asked for to sell something: a customer, credit, an order and its steps, an invoice in two steps, what pays it, and what goes back. */
export type SaleCommandKind =
  | 'register'
  | 'grant'
  | 'order'
  | 'order_step'
  | 'draft'
  | 'finalize'
  | 'pay'
  | 'cheque'
  | 'give_back'
  | 'plan';

export type CommandKind = PaymentCommandKind | SaleCommandKind;

/** One thing that a client wants once. Its id travels as Idempotency-Key and as reason, so that streams name it. */
export type ClientCommand = {
  readonly id: string;
  readonly kind: CommandKind;
  /** The payment or invoice that it is about; null for a creation, whose object has no id yet. */
  readonly subject: string | null;
  /** Null where the server is to choose: all that was authorized or is left or due. */
  readonly amount: bigint | null;
  readonly currency: string;
};

/** The object that the client was shown with an answer. */
export type Shown = {
  /** The payment, also where a refund was shown; of what is sold, the object itself. */
  readonly subject: string;
  readonly refund: string | null;
  /** Undefined, as the next two, where the object has none. */
  readonly status: string | undefined;
  readonly amount: bigint | undefined;
  readonly currency: string | undefined;
  /** What a payment or a collection brought so far; null where something else was shown. */
  readonly captured: bigint | null;
};

export type Outcome =
  /** Acknowledged: carried out, or with `settled: false` (202) recorded and to be carried out. */
  | { readonly kind: 'ok'; readonly settled: boolean; readonly shown: Shown }
  /** A definite no: nothing of it may ever take effect. */
  | { readonly kind: 'fail'; readonly code: string }
  /** The client never learned what became of it. */
  | { readonly kind: 'info' };

export type ClientHistory = {
  invoke(command: ClientCommand): void;
  settle(commandId: string, outcome: Outcome): void;
  /** Notes an answer that no client can act on, such as a 500 or a 503 that does not say when to come back. */
  complain(commandId: string, what: string): void;
  readonly entries: ReadonlyMap<string, HistoryEntry>;
  readonly complaints: readonly string[];
  /** How many commands have been settled so far. */
  outcomes(): number;
  counts(): Readonly<Record<'invoked' | Outcome['kind'], number>>;
};

export type HistoryEntry = { readonly command: ClientCommand; readonly outcome: Outcome };

/** `write` gets each step as it happens, so that a run which ends badly leaves its history behind. */
export function createClientHistory(write: (line: string) => void = () => undefined): ClientHistory {
  const entries = new Map<string, HistoryEntry>();
  const complaints: string[] = [];
  let settled = 0;
  const log = (step: string, detail: unknown): void =>
    write(
      JSON.stringify({ step, detail }, (_key, value) => (typeof value === 'bigint' ? `${value}` : value)),
    );
  return {
    invoke(command) {
      log('invoke', command);
      entries.set(command.id, { command, outcome: { kind: 'info' } });
    },
    settle(commandId, outcome) {
      log(outcome.kind, { commandId, outcome });
      const entry = entries.get(commandId);
      if (entry === undefined) throw new Error(`${commandId} was settled before it was invoked`);
      entries.set(commandId, { ...entry, outcome });
      settled += 1;
    },
    complain(commandId, what) {
      log('complaint', { commandId, what });
      complaints.push(`${commandId}: ${what}`);
    },
    entries,
    complaints,
    outcomes: () => settled,
    counts() {
      const counts = { invoked: entries.size, ok: 0, fail: 0, info: 0 };
      for (const { outcome } of entries.values()) counts[outcome.kind] += 1;
      return counts;
    },
  };
}
