import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { DisputeQueries } from '../../../../application/ports/dispute-queries.js';
import { disputeStatuses } from '../../../../domain/payment/intent.js';
import { parseCustomerId, parseDisputeId, parsePaymentId } from '../../../../domain/shared/ids.js';
import { httpTokens } from '../../http-tokens.js';
import { currencyField, idField } from '../../shared/fields.js';
import { createdIn } from '../../shared/lists.js';
import type { Page, PageController } from '../shared/page.js';
import { amount, idCell, status, text, time, words } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { createdDayFilters, createdDays, dayField } from './form-fields.js';
import { listPages } from './list-page.js';

/** Disputes of all payments; what is known of one, and what became of it, stands on its payment's page. */
@injectable()
export class DisputePages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.disputeQueries) queries: DisputeQueries,
  ) {
    this.pages = listPages(area, {
      path: '/admin/disputes',
      title: 'Disputes',
      scope: 'payments:read',
      action: {
        label: 'What waits for evidence',
        href: '/admin/disputes?waiting=yes',
        scope: 'payments:read',
      },
      cursor: idField(parseDisputeId, 'dp'),
      fields: {
        ...createdDays,
        status: z.enum(disputeStatuses).optional(),
        waiting: z.literal('yes').optional(),
        due_before: dayField.optional(),
        payment: idField(parsePaymentId, 'pay').optional(),
        customer: idField(parseCustomerId, 'cus').optional(),
        currency: currencyField.optional(),
      },
      filters: [
        { name: 'status', label: 'Status', options: disputeStatuses },
        { name: 'waiting', label: 'Waits for evidence', options: ['yes'] },
        { name: 'due_before', label: 'Due before (UTC)', type: 'date' },
        { name: 'payment', label: 'Payment' },
        { name: 'customer', label: 'Customer' },
        { name: 'currency', label: 'Currency' },
        ...createdDayFilters,
      ],
      columns: [
        { title: 'Dispute' },
        { title: 'Status' },
        { title: 'Amount', amounts: true },
        { title: 'Taken', amounts: true },
        { title: 'Reason' },
        { title: 'Evidence due by' },
        { title: 'Opened' },
        { title: 'Closed' },
        { title: 'Payment' },
        { title: 'Customer' },
        { title: 'At Stripe' },
      ],
      load: (filters, request) => {
        const { status: wanted = null, payment = null, customer = null, currency = null } = filters;
        return queries.list({
          ...{ ...request, ...createdIn(filters), status: wanted, payment, customer, currency },
          awaitsEvidence: filters.waiting === undefined ? null : true,
          evidenceDueGte: null,
          evidenceDueLt: filters.due_before ?? null,
        });
      },
      cells: (row) => [
        idCell(row.id),
        status(row.status),
        amount(row.amount, row.currency),
        amount(row.amount_taken, row.currency),
        words(row.reason),
        time(row.evidence_due_by),
        time(row.created_at),
        time(row.closed_at),
        idCell(row.payment),
        idCell(row.customer),
        text(row.provider_dispute),
      ],
    });
  }
}
