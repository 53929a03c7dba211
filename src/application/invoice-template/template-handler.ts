import type {
  InvoiceTemplateCommand,
  InvoiceTemplateEvent,
  InvoiceTemplateRejection,
  InvoiceTemplateState,
} from '../../domain/invoice-template/invoice-template.js';
import type { CommandHandler } from '../shared/command-handler.js';

export type InvoiceTemplateHandler = CommandHandler<
  InvoiceTemplateState,
  InvoiceTemplateCommand,
  InvoiceTemplateEvent,
  InvoiceTemplateRejection
>;
