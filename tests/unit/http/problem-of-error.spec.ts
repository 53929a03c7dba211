import { describe, expect, it } from '@jest/globals';
import { MalformedEvent, UnknownEventType } from '../../../src/application/shared/event-codec.js';
import { problemOfError } from '../../../src/interfaces/http/shared/problem-of-error.js';

describe('F27: an object that this program cannot read', () => {
  it.each([
    ['a type', new UnknownEventType('PaymentMoved is not known')],
    ['a field', new MalformedEvent('PaymentCreated has more', { isNewer: true })],
  ])(
    'for %s that only a newer one knows is to be asked for again, where that one may answer',
    (_what, error) => {
      expect(problemOfError(error)).toMatchObject({
        problem: { status: 503, retryAfterSeconds: 1 },
        log: 'alert',
      });
    },
  );

  it('for its shape waits for a person', () => {
    const error = new MalformedEvent('PaymentCreated has no amount', { isNewer: false });
    expect(problemOfError(error)).toMatchObject({ problem: { status: 500 }, log: 'alert' });
  });
});
