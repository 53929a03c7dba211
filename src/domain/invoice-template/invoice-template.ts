import type { Decider, Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { InvoiceTemplateId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import { sameData } from '../shared/same-data.js';
import type { InvoiceTemplateContent } from './content.js';

/** All versions are kept: an invoice that was issued with one keeps being laid out by it. */
export type InvoiceTemplateState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'defined';
      readonly templateId: InvoiceTemplateId;
      /** The first one is version 1. */
      readonly versions: readonly TemplateVersion[];
    };

export type TemplateVersion = {
  readonly version: number;
  readonly content: InvoiceTemplateContent;
  readonly definedAt: Instant;
};

export type InvoiceTemplateCommand = { readonly at: Instant } & (
  | {
      readonly type: 'CreateInvoiceTemplate';
      readonly templateId: InvoiceTemplateId;
      readonly content: InvoiceTemplateContent;
    }
  | { readonly type: 'ReviseInvoiceTemplate'; readonly content: InvoiceTemplateContent }
);

/** `at` is when the fact was decided here. */
export type InvoiceTemplateEvent = {
  readonly type: 'InvoiceTemplateDefined';
  readonly at: Instant;
  readonly templateId: InvoiceTemplateId;
  readonly version: number;
} & InvoiceTemplateContent;

export type InvoiceTemplateRejection =
  | { readonly code: 'template_not_found' | 'template_already_exists' }
  /** Without what is sold and what it costs there is no invoice. */
  | { readonly code: 'template_column_missing'; readonly column: string }
  | { readonly code: 'template_column_given_twice' | 'template_block_given_twice' };

/** One layout of invoices, from version to version. */
export const invoiceTemplate: Decider<
  InvoiceTemplateState,
  InvoiceTemplateCommand,
  InvoiceTemplateEvent,
  InvoiceTemplateRejection
> = { initialState: { status: 'absent' }, decide, evolve };

type TemplateDecision = Decision<InvoiceTemplateEvent, InvoiceTemplateRejection>;

function decide(state: InvoiceTemplateState, command: InvoiceTemplateCommand): TemplateDecision {
  const { at, content } = command;
  switch (command.type) {
    case 'CreateInvoiceTemplate': {
      if (state.status === 'absent') return define(at, command.templateId, 1, content);
      const [first] = state.versions;
      const same = first !== undefined && sameData(first.content, content);
      return same ? nothingToDo : rejected({ code: 'template_already_exists' });
    }
    case 'ReviseInvoiceTemplate': {
      if (state.status === 'absent') return rejected({ code: 'template_not_found' });
      const latest = state.versions.at(-1);
      if (latest !== undefined && sameData(latest.content, content)) return nothingToDo;
      return define(at, state.templateId, state.versions.length + 1, content);
    }
  }
}

function define(
  at: Instant,
  templateId: InvoiceTemplateId,
  version: number,
  content: InvoiceTemplateContent,
): TemplateDecision {
  const { columns, blocks } = content;
  for (const column of ['description', 'amount'] as const) {
    if (!columns.includes(column)) return rejected({ code: 'template_column_missing', column });
  }
  if (new Set(columns).size < columns.length) return rejected({ code: 'template_column_given_twice' });
  if (new Set(blocks).size < blocks.length) return rejected({ code: 'template_block_given_twice' });
  return accepted({ type: 'InvoiceTemplateDefined', at, templateId, version, ...content });
}

function evolve(state: InvoiceTemplateState, event: InvoiceTemplateEvent): InvoiceTemplateState {
  const { type: _type, at: definedAt, templateId, version, ...content } = event;
  const earlier = state.status === 'absent' ? [] : state.versions;
  return { status: 'defined', templateId, versions: [...earlier, { version, content, definedAt }] };
}
