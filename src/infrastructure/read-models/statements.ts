import type { Pool } from 'pg';
import type { Position } from '../../application/ports/event-store.js';
import type {
  StatementBalance,
  StatementLine,
  StatementQueries,
} from '../../application/ports/statement-queries.js';

const lines = `
  with known as (
    select position from counterfoil.projections where name = 'ledger'
  ), lines as (
    select *, sum(receivable + credit + unapplied) over (partition by currency order by position)::bigint as balance
    from read_ledger.moves
    where customer = $1 and at <= $2 and position <= (select position from known)
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
      `${lines}, page as (
         select lines.*, stream, description
         from (select * from lines where position > $3 order by position, currency limit $4) as lines
           join read_ledger.journals using (event_id)
       )
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
