import type { Scope } from '../../../../application/ports/api-keys.js';
import type { invoiceOfState } from '../../invoice/invoice-object.js';
import type { RecordPage } from './record-page.js';

/** What else may be begun of an invoice, each on a page of its own. */
export function moreOf(
  invoice: ReturnType<typeof invoiceOfState>,
  scopes: readonly Scope[],
): NonNullable<RecordPage['links']> {
  const { id, status, amount_credited: credited, amount_total: total, amount_paid: paid } = invoice;
  const isIssued = status === 'open' || status === 'paid' || status === 'uncollectible';
  return [
    ...(status === 'draft' && scopes.includes('invoices:write')
      ? [{ label: 'Edit', href: `/admin/invoices/${id}/edit` }]
      : []),
    ...(paid > 0n && scopes.includes('refunds:write')
      ? [{ label: 'Refund', href: `/admin/invoices/${id}/refund` }]
      : []),
    ...(isIssued && credited < total && scopes.includes('invoices:write')
      ? [{ label: 'Credit', href: `/admin/invoices/${id}/credit` }]
      : []),
    ...(status === 'open' && scopes.includes('plans:write')
      ? [{ label: 'Start a plan', href: `/admin/plans/start?invoice=${id}` }]
      : []),
  ];
}
