import type { Pool } from 'pg';
import type { Position } from '../../application/ports/event-store.js';
import type {
  StatementBalance,
  StatementLine,
  StatementQueries,
} from '../../application/ports/statement-queries.js';

/** What stands between a customer and us: every other account is ours alone. */
const ofCustomer = `('accounts_receivable', 'customer_credit', 'unapplied_payments')`;

/** A credit account is a customer's by its name; other streams by their first fact. */
const lines = `
  with known as (
    select position from counterfoil.projections where name = 'ledger'
  ), streams as (
    select stream from read_ledger.owners where customer = $1
    union all select 'creditAccount-' || $1
  ), moved as (
    select j.event_id, j.stream, j.description, e.currency, j.position, j.at,
      coalesce(sum(e.amount) filter (where e.account = 'accounts_receivable'), 0)::bigint as receivable,
      coalesce(sum(e.amount) filter (where e.account = 'customer_credit'), 0)::bigint as credit,
      coalesce(sum(e.amount) filter (where e.account = 'unapplied_payments'), 0)::bigint as unapplied
    from streams join read_ledger.journals j using (stream) join read_ledger.entries e using (position)
    where j.at <= $2 and j.position <= (select position from known) and e.account in ${ofCustomer}
    group by j.event_id, j.stream, j.description, e.currency, j.position, j.at
  ), lines as (
    select *, sum(receivable + credit + unapplied) over (partition by currency order by position)::bigint as balance
    from moved
  )`;

export class PostgresStatementQueries implements StatementQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** One statement, so that lines, balances and position are of one snapshot. */
  async statementOf(
    customer: string,
    { asOf, after, limit }: Parameters<StatementQueries['statementOf']>[1],
  ): ReturnType<StatementQueries['statementOf']> {
    type Line = StatementLine & { readonly kind: 'line' };
    type Balance = StatementBalance & { readonly kind: 'balance' };
    type Known = { readonly kind: 'known'; readonly position: Position };
    const { rows } = await this.#pool.query<Line | Balance | Known>(
      `${lines}, page as (select * from lines where position > $3 order by position, currency limit $4)
       select 'line' as kind, position, event_id, stream, description, currency, receivable, credit, unapplied,
         balance, at from page
       union all select 'known', position, null, null, null, null, null, null, null, null, null from known
       union all select 'balance', null, null, null, null, currency, sum(receivable)::bigint, sum(credit)::bigint,
         sum(unapplied)::bigint, sum(receivable + credit + unapplied)::bigint, null from lines group by currency
       order by position nulls first, currency`,
      [customer, asOf, after, limit + 1],
    );
    const found = rows.filter((row) => row.kind === 'line');
    return {
      position: rows.find((row) => row.kind === 'known')?.position ?? 0n,
      balances: rows
        .filter((row) => row.kind === 'balance')
        .map(({ currency, receivable, credit, unapplied, balance }) => ({
          ...{ currency, receivable, credit, unapplied, balance },
        })),
      lines: found.slice(0, limit).map(({ kind: _kind, ...line }) => line),
      hasMore: found.length > limit,
    };
  }
}
