import type { LimitEvent, LimitKind } from '../../domain/limit/limit.js';

const excess: Readonly<Record<LimitKind, string>> = {
  requests_of_key: 'Too many requests of the API key',
  requests_from_address: 'Too many requests from one address',
  bad_keys_from_address: 'Too many wrong API keys of one beginning from one address',
  bad_signatures_from_address: 'Too many webhooks with a bad signature from one address',
  declines_of_customer: 'Too many declined attempts of the customer',
  declines_from_address: 'Too many declined attempts from one address',
};

/** What happened to a limit, in one sentence. */
export function describeLimitEvent(event: LimitEvent): string {
  switch (event.type) {
    case 'PenaltyImposed': {
      const whose = event.subject === null ? '' : ` ${event.subject}`;
      return `${excess[event.kind]}${whose}: refused for ${event.penaltySeconds} s (strike ${event.strike}).`;
    }
    case 'PenaltyPardoned':
      return 'Pardoned: the penalty is over, and its strikes are forgotten.';
  }
}
