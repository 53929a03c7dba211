import type { PageArea } from '../shared/page.js';

/**
 * Where invoices are paid by whoever has a link to them. Nobody signs in: the link is what lets in, and its cookie is there
 * only for the forms.
 */
export function createPayArea(businessName: string): PageArea<never> {
  return {
    name: 'pay',
    path: '/pay',
    layout: '/layouts/customer',
    cookie: { name: 'counterfoil-pay', sameSite: 'Lax' },
    visitorOf: async () => undefined,
    allows: () => false,
    signInPath: null,
    frame: () => ({ layout: '/layouts/customer', businessName, links: [] }),
  };
}
