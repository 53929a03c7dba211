import { inject, injectable } from 'inversify';
import type { PrintDocuments } from '../../../application/document/print-documents.js';
import type { PaymentId } from '../../../domain/shared/ids.js';
import { httpTokens } from '../http-tokens.js';
import { pdfAnswer, pdfDocumented } from '../shared/pdf-answer.js';
import { refused } from '../shared/problem.js';
import type { Answer, Controller } from '../shared/route.js';
import { route } from '../shared/route.js';
import { paymentParams } from './payments.schemas.js';

/** What customers get for what they paid. */
@injectable()
export class ReceiptsController implements Controller {
  constructor(@inject(httpTokens.printDocuments) private readonly documents: PrintDocuments) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/payments/:id/receipt',
      tag: 'Payments',
      summary: 'The receipt of a payment that was taken, as a PDF',
      scope: 'payments:read',
      params: paymentParams,
      answers: { 200: pdfDocumented },
      handle: ({ params }) => this.print(params.id),
    }),
  ];

  private async print(id: PaymentId): Promise<Answer> {
    const printed = await this.documents.receipt(id);
    if (printed !== undefined) return pdfAnswer(printed);
    throw refused('resource_missing', { detail: 'There is no payment of this id that was taken.' });
  }
}
