import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { Breakers } from '../../../application/ports/breakers.js';
import { httpTokens } from '../http-tokens.js';
import { listOf, timestamp } from '../shared/fields.js';
import { listAnswer } from '../shared/lists.js';
import type { Controller } from '../shared/route.js';
import { route } from '../shared/route.js';

const breakerSchema = z
  .object({
    id: z.string(),
    object: z.literal('breaker'),
    state: z.enum(['closed', 'open', 'half_open']),
    since: timestamp,
  })
  .meta({ id: 'Breaker' });

/** The circuit breakers of the process that answers. */
@injectable()
export class BreakersController implements Controller {
  constructor(@inject(httpTokens.breakers) private readonly breakers: Breakers) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/breakers',
      tag: 'Operations',
      summary: 'Every circuit breaker of this process and its state',
      scope: 'operations:read',
      answers: { 200: { description: 'Every breaker.', schema: listOf(breakerSchema) } },
      handle: () =>
        listAnswer(
          '/v1/breakers',
          { rows: this.breakers.status(), hasMore: false },
          ({ name, state, since }) => ({ id: name, object: 'breaker', state, since }),
        ),
    }),
  ];
}
