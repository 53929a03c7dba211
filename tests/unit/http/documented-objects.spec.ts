import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../../support/api-client.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

const common = ['id', 'created_at', 'livemode', 'metadata'] as const;
type Common = (typeof common)[number];

/** What is computed when it is asked for and kept nowhere: nobody made it, so nothing tells it from the next one. */
const computed: readonly Common[] = ['id', 'created_at', 'metadata'];
/** What the program itself has one of for each name, and no client ever makes. */
const ofTheProgram: readonly Common[] = ['created_at', 'livemode', 'metadata'];
/** What says only that something was done. */
const receipt: readonly Common[] = ['id', 'created_at', 'livemode', 'metadata'];
/** What has no texts of clients. */
const withoutTexts: readonly Common[] = ['metadata'];

/** Objects of the API that do without some of what every object has, each for one of the reasons above or beside it. */
const exceptions: Readonly<Record<string, readonly Common[]>> = {
  historic_state: computed,
  trial_balance: computed,
  customer_statement: computed,
  config_check: computed,
  aging: receipt,
  notification_preview: receipt,
  payment_plan_preview: receipt,
  clock: receipt,
  inbound_webhook_replay: receipt,
  projection_retry: receipt,
  // Links are secrets that are told once; where they lead has an id.
  portal_session: computed,
  portal_sessions_ended: computed,
  pay_link: computed,
  // There is one for the whole deployment.
  branding: computed,
  role: ofTheProgram,
  job: ofTheProgram,
  projection: ofTheProgram,
  breaker: ofTheProgram,
  notification_template: ofTheProgram,
  alert_rule: ['created_at', 'metadata'],
  ledger_account: ['created_at'],
  // It is named by its projection and its position.
  parked_event: receipt,
  health_check: ['livemode', 'metadata'],
  setup_intent: withoutTexts,
  collection: withoutTexts,
  // It is part of its invoice's history, which tells when.
  invoice_refund: ['created_at', 'metadata'],
  payment_method: ['created_at', 'livemode', 'metadata'],
  invoice_template: withoutTexts,
};

/** What an auditor recomputes (convention 13). */
const reports = ['historic_state', 'trial_balance', 'customer_statement', 'aging', 'replay_report'];

type Schema = Json & { readonly properties?: Readonly<Record<string, Json>>; readonly required?: string[] };

/** Every schema with an `object` of one name, wherever it stands in the document; lists apart. */
function objectsIn(value: unknown): readonly (readonly [name: string, schema: Schema])[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(objectsIn);
  const schema = value as Schema;
  const kind = schema.properties?.['object'];
  const name = kind?.['const'] ?? (Array.isArray(kind?.['enum']) ? kind['enum'][0] : undefined);
  return typeof name === 'string' && name !== 'list' ? [[name, schema], ...below] : below;
}

describe('the objects of the OpenAPI document', () => {
  let app: RunningServer;
  let objects: readonly (readonly [name: string, schema: Schema])[];
  beforeAll(async () => {
    app = await startServer();
    objects = objectsIn((await app.as(null).get('/openapi.json')).body);
  });
  afterAll(() => app.stop());

  it('have id, created_at, livemode and metadata, but for the exceptions', () => {
    expect(objects.length).toBeGreaterThan(30);
    const missing = new Map<string, Set<string>>();
    for (const [name, { required = [] }] of objects) {
      const known = missing.get(name) ?? new Set();
      for (const field of common) if (!required.includes(field)) known.add(field);
      missing.set(name, known);
    }
    const found = [...missing].filter(([, fields]) => fields.size > 0);
    const sorted = (entries: Iterable<readonly [string, Iterable<string>]>) =>
      Object.fromEntries([...entries].map(([name, fields]) => [name, [...fields].sort()]));
    expect(sorted(found)).toEqual(sorted(Object.entries(exceptions)));
  });

  it.each(reports)('%s says as of when and at which position it is true', (report) => {
    const schemas = objects.filter(([name]) => name === report);
    expect(schemas).not.toEqual([]);
    for (const [, { required = [] }] of schemas) {
      expect(required).toEqual(expect.arrayContaining(['as_of', 'position']));
    }
  });
});
