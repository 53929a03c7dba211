import { describe, expect, it } from '@jest/globals';
import {
  createKeepIssuedIdentity,
  readIssuedIdentity,
} from '../../../src/application/invoice/issued-identity.js';
import type { BillingIdentity, IssuedIdentities } from '../../../src/application/ports/billing-identities.js';
import { details, invoiceId } from '../../support/invoice-examples.js';

const grace: BillingIdentity = {
  name: 'Grace Hopper',
  email: null,
  address: {
    line1: 'Navy Yard 1',
    line2: null,
    city: 'Arlington',
    state: 'VA',
    postalCode: '22201',
    country: 'US',
  },
  taxIds: [{ type: 'eu_vat', value: 'DE123456789' }],
  locale: 'en-US',
};

function issuedIn(kept: Map<string, string>): IssuedIdentities {
  return {
    async keep(id, document) {
      if (!kept.has(id)) kept.set(id, document);
      return kept.get(id) ?? document;
    },
    async find(id) {
      return kept.get(id);
    },
  };
}

describe('whom an invoice is addressed to', () => {
  it('stays as it was at the issue, whatever the customer changes and however often it is asked for', async () => {
    const kept = new Map<string, string>();
    let current: BillingIdentity | undefined = grace;
    const keep = createKeepIssuedIdentity({
      identities: { current: async () => current },
      issued: issuedIn(kept),
    });
    const first = await keep(invoiceId, details.customerId);
    current = { ...grace, address: null };
    expect(await keep(invoiceId, details.customerId)).toBe(first);
    expect(readIssuedIdentity(kept.get(invoiceId) ?? '', first)).toEqual(grace);
  });

  it('is nobody where the customer is not known', async () => {
    const kept = new Map<string, string>();
    const identities = { current: async () => undefined };
    const keep = createKeepIssuedIdentity({ identities, issued: issuedIn(kept) });
    expect(await keep(invoiceId, details.customerId)).toBeNull();
    expect(kept.size).toBe(0);
  });

  it('is not believed when it was tampered with', async () => {
    const kept = new Map<string, string>();
    const identities = { current: async () => grace };
    const keep = createKeepIssuedIdentity({ identities, issued: issuedIn(kept) });
    const digest = await keep(invoiceId, details.customerId);
    const document = kept.get(invoiceId) ?? '';
    expect(readIssuedIdentity(document.replace('Grace', 'Harry'), digest)).toBeUndefined();
    expect(readIssuedIdentity(document, null)).toBeUndefined();
  });
});
