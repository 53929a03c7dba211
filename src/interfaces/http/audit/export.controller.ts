import { inject, injectable } from 'inversify';
import { z } from 'zod';
import { exportEvents } from '../../../application/audit/exported-events.js';
import type { EventStore } from '../../../application/ports/event-store.js';
import type { ExportSigner } from '../../../application/ports/export-signer.js';
import { httpTokens } from '../http-tokens.js';
import { positionField } from '../shared/fields.js';
import type { Controller } from '../shared/route.js';
import { route } from '../shared/route.js';

export const exportContentType = 'application/x-ndjson';
const eventsMax = 10_000;

const query = z.strictObject({
  after_position: positionField.optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,4}$/)
    .transform(Number)
    .refine((limit) => limit <= eventsMax)
    .default(1_000)
    .meta({
      type: 'integer',
      minimum: 1,
      maximum: eventsMax,
      description: 'Of events; a part may have less.',
    }),
});

/** The log for auditors who trust nobody. */
@injectable()
export class ExportController implements Controller {
  constructor(
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.exportSigner) private readonly signer: ExportSigner,
  ) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/audit/export',
      tag: 'Audit',
      summary: 'A part of the log as lines of JSON, each with a hash, and a signed manifest as the last one',
      scope: 'audit:read',
      query,
      answers: {
        200: { description: 'Events, oldest first, and the manifest.', contentType: exportContentType },
      },
      handle: async ({ query: { after_position: after = 0n, limit } }) => ({
        status: 200,
        contentType: exportContentType,
        body: (await exportEvents({ eventStore: this.eventStore, signer: this.signer }, after, limit)).text,
      }),
    }),
  ];
}
