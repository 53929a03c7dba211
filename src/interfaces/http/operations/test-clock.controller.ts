import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { TestClock } from '../../../application/ports/clock.js';
import { httpTokens } from '../http-tokens.js';
import { timestamp, wholeField } from '../shared/fields.js';
import type { Answer, Controller, Route } from '../shared/route.js';
import { route } from '../shared/route.js';

const secondsMax = 3_660 * 86_400;

const advanceBody = z
  .strictObject({
    advance_seconds: wholeField(1, secondsMax).meta({
      description: 'How far to put it forward; it never goes back.',
    }),
  })
  .meta({ id: 'AdvanceClock' });

const clockSchema = z
  .object({ object: z.literal('clock'), now: timestamp, ahead_seconds: z.number() })
  .meta({ id: 'Clock' });

/** Time that can be put forward in demo and test mode; in live mode these addresses do not exist. */
@injectable()
export class TestClockController implements Controller {
  readonly routes: readonly Route[];

  constructor(@inject(httpTokens.testClock) clock: TestClock | null) {
    this.routes = clock === null ? [] : routesOf(clock);
  }
}

function routesOf(clock: TestClock): readonly Route[] {
  const answers = { 200: { description: 'The clock.', schema: clockSchema } };
  return [
    route({
      method: 'get',
      path: '/sim/clock',
      tag: 'Simulator',
      summary: 'What time it is for everything that falls due',
      scope: 'operations:read',
      answers,
      handle: () => shown(clock),
    }),
    route({
      method: 'post',
      path: '/sim/clock',
      tag: 'Simulator',
      summary: 'Put the clock forward, so that what falls due later is done now',
      scope: 'operations:write',
      body: advanceBody,
      answers,
      handle: async ({ body }) => {
        await clock.advance(body.advance_seconds * 1_000);
        return shown(clock);
      },
    }),
  ];
}

function shown(clock: TestClock): Answer {
  return {
    status: 200,
    body: { object: 'clock', now: clock.now(), ahead_seconds: clock.aheadMs / 1_000 },
  };
}
