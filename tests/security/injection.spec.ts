import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Answer, Json } from '../support/api-client.js';
import { field } from '../support/api-client.js';
import type { RunningApp } from '../support/counterfoil.js';
import { startApp } from '../support/counterfoil.js';

/** Requests under way together: there are thousands. */
const atOnce = 8;
/** Stands in each attack, so that a statement that was put together from one shows. */
const marker = 'zz9';
const attacks = [
  `${marker}' or '1'='1`,
  `${marker}'; drop table canary; --`,
  `${marker}"; drop table canary; --`,
  `${marker}'); insert into canary values (2); --`,
  `${marker}' union select secret_sha256::text from counterfoil.api_keys --`,
  `${marker}\\'; select pg_sleep(60); --`,
  `${marker}$$; drop table canary; $$`,
  `${marker}%' or 1=1 /*`,
  `1 ${marker} desc; drop table canary`,
  `${marker}\u02bc or 1=1 --`,
];

/** Each field gets so many of the attacks, the fields of a route by turns all of them; INJECTIONS=10 tries each on each. */
const perField = Number(process.env['INJECTIONS'] ?? 4);

type Operation = {
  readonly parameters?: readonly { readonly name: string; readonly in: 'path' | 'query' | 'header' }[];
  readonly requestBody?: Json;
};
type Target = { readonly method: string; readonly path: string; readonly operation: Operation };

/** What a field is sent as when another one is attacked. */
const plain: Readonly<Record<string, unknown>> = {
  amount: 1000,
  currency: 'USD',
  capture_method: 'automatic',
  confirm: true,
  payment_method: 'pm_card_visa',
  description: 'plain',
  metadata: { plain: 'plain' },
  payment: 'pay_0193f1a0-0000-7000-8000-00000000dead',
  // One read model: what is accepted is carried out, and a replay of them all takes seconds.
  projection: 'payments',
};
const inPath: Readonly<Record<string, string>> = { stream: 'payment-1', name: 'ledger', asset: 'start.js' };

let app: RunningApp;
let client: pg.Client;
let targets: readonly Target[];
let schemas: Json;
const statements: string[] = [];
const query = pg.Client.prototype.query;

beforeAll(async () => {
  app = await startApp('Postgres');
  client = new pg.Client({ connectionString: app.databaseUrl });
  await client.connect();
  await client.query('create table canary (id integer); insert into canary values (1)');
  // Everything that this process asks Postgres from now on, as text.
  pg.Client.prototype.query = function kept(this: pg.Client, ...given: unknown[]) {
    const [asked] = given;
    statements.push(typeof asked === 'string' ? asked : String(field(asked, 'text')));
    return (query as (...all: unknown[]) => unknown).apply(this, given);
  } as never;
  const { body } = await app.api.get('/openapi.json');
  schemas = body['components'] as Json;
  targets = Object.entries(body['paths'] as Json).flatMap(([path, methods]) =>
    Object.entries(methods as Json).map(([method, operation]) => ({
      method,
      path,
      operation: operation as Operation,
    })),
  );
});
afterAll(async () => {
  pg.Client.prototype.query = query;
  await client.end();
  await app.stop();
});

const addressOf = ({ path }: Target, attacked?: string, attack = ''): string =>
  path.replace(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeURIComponent(name === attacked ? attack : (inPath[name] ?? String(plain['payment']))),
  );

/** The names of a body's fields, from the document that the routes' own schemas make. */
function fieldsOf({ operation }: Target): readonly string[] {
  const schema = field(operation.requestBody, 'content', 'application/json', 'schema');
  const name =
    String(field(schema, '$ref') ?? '')
      .split('/')
      .at(-1) ?? '';
  const resolved = name === '' ? schema : field(schemas, 'schemas', name);
  return Object.keys((field(resolved, 'properties') ?? {}) as Json);
}

async function attackEach(target: Target): Promise<readonly Answer[]> {
  const { method, operation } = target;
  const { parameters = [] } = operation;
  const send = (body: unknown, headers: Record<string, string> = {}, address = addressOf(target)) =>
    method === 'get'
      ? app.api.get(address, headers)
      : app.api.send(method.toUpperCase(), address, method === 'delete' ? '' : JSON.stringify(body), {
          'content-type': 'application/json',
          'idempotency-key': randomUUID(),
          ...headers,
        });
  const fields = fieldsOf(target);
  const usual = Object.fromEntries(fields.map((name) => [name, plain[name]]));
  const calls = attacks.flatMap((attack, number) => {
    const encoded = encodeURIComponent(attack);
    const all = [
      ...parameters
        .filter((parameter) => parameter.in === 'path')
        .map(
          ({ name }) =>
            () =>
              send(usual, {}, addressOf(target, name, attack)),
        ),
      ...[
        ...parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
        'sort',
        'order_by',
      ].map((name) => () => send(usual, {}, `${addressOf(target)}?${encodeURIComponent(name)}=${encoded}`)),
      ...fields.map((name) => () => send({ ...usual, [name]: attack })),
      ...(fields.includes('metadata')
        ? [
            () => send({ ...usual, metadata: { plain: attack } }),
            () => send({ ...usual, metadata: { [attack]: 'x' } }),
          ]
        : []),
      ...(method !== 'get' ? [() => send(usual, { 'x-reason': encoded })] : []),
      ...(/^[\x20-\x7e]+$/.test(attack) && method !== 'get'
        ? [() => send(usual, { 'idempotency-key': attack }), () => send(usual, { 'if-match': attack })]
        : []),
    ];
    return all.filter((_call, place) => (number + place) % attacks.length < perField);
  });
  const answers: Answer[] = [];
  while (calls.length > 0)
    answers.push(...(await Promise.all(calls.splice(0, atOnce).map((call) => call()))));
  return answers;
}

describe('security 50: SQL in every field, filter and sort column of every route', () => {
  it('is a value and never a statement', async () => {
    const attacked = targets.filter(
      ({ path }) => path.startsWith('/v1/') || path.startsWith('/api/stripe/test'),
    );
    expect(attacked.length).toBeGreaterThan(25);
    let sent = 0;
    for (const target of attacked) {
      for (const { status, text } of await attackEach(target)) {
        sent += 1;
        expect([target.path, status < 500, /syntax error|SQLSTATE|relation "|column "/.test(text)]).toEqual([
          target.path,
          true,
          false,
        ]);
      }
    }
    expect(sent).toBeGreaterThan(1_000);
    expect(statements.length).toBeGreaterThan(100);
    expect(statements.filter((statement) => statement.includes(marker))).toEqual([]);
    expect((await client.query('select id from canary')).rows).toEqual([{ id: 1 }]);
  }, 900_000);

  it.each(attacks)('is kept as it was sent where text is taken: %s', async (attack) => {
    const made = await app.api.post('/v1/payments', {
      amount: 1000,
      currency: 'USD',
      description: attack,
      metadata: { note: attack },
    });
    expect([made.status, made.body['description'], made.body['metadata']]).toEqual([
      201,
      attack,
      { note: attack },
    ]);
  });
});
