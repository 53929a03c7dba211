import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BrandingCommand, BrandingEvent } from '../../../src/domain/branding/branding.js';
import { branding } from '../../../src/domain/branding/branding.js';
import type { BrandingContent, Colour } from '../../../src/domain/branding/content.js';
import { plainBranding } from '../../../src/domain/branding/content.js';
import { plainTemplate } from '../../../src/domain/invoice-template/content.js';
import type { InvoiceTemplateEvent } from '../../../src/domain/invoice-template/invoice-template.js';
import { invoiceTemplate } from '../../../src/domain/invoice-template/invoice-template.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { parseInvoiceTemplateId } from '../../../src/domain/shared/ids.js';
import { holds } from '../../support/corpus.js';
import { given } from '../../support/decider-specification.js';
import { at, required } from '../../support/payment-examples.js';

const define = (more: Partial<BrandingContent> = {}) =>
  ({ type: 'DefineBranding', at, content: { ...plainBranding, ...more } }) as const;
const defined = (version: number, more: Partial<BrandingContent> = {}) =>
  ({ type: 'BrandingDefined', at, version, ...plainBranding, ...more }) as const;

describe('the branding', () => {
  it('counts its versions, and keeps all of them', () => {
    const state = given(branding, [defined(1)])
      .when(define({ locale: 'de' }))
      .then(defined(2, { locale: 'de' }));
    expect(state).toMatchObject({
      versions: [
        { version: 1, content: { locale: 'en' } },
        { version: 2, content: { locale: 'de' } },
      ],
    });
  });

  it('defined twice with the same content is defined once', () => {
    given(branding, [defined(1)])
      .when(define())
      .thenNothing();
  });

  it.each<[Colour, boolean]>([
    ['#000000', true],
    ['#0b6e4f', true],
    ['#767676', true],
    ['#777777', false],
    ['#ffcc00', false],
    ['#ffffff', false],
  ])('takes %s: %p, as it can be read on white or not', (accent, taken) => {
    const when = given(branding, []).when(define({ accent }));
    if (taken) when.then(defined(1, { accent }));
    else when.thenRejected({ code: 'accent_too_light' });
  });
});

const templateId = required(parseInvoiceTemplateId('itpl_0193f1a0-0000-7000-8000-000000000001'));
const create = (more: object = {}) =>
  ({ type: 'CreateInvoiceTemplate', at, templateId, content: { ...plainTemplate, ...more } }) as const;
const revise = (more: object = {}) =>
  ({ type: 'ReviseInvoiceTemplate', at, content: { ...plainTemplate, ...more } }) as const;
const templated = (version: number, more: object = {}): InvoiceTemplateEvent => ({
  type: 'InvoiceTemplateDefined',
  at,
  templateId,
  version,
  ...plainTemplate,
  ...more,
});

describe('an invoice template', () => {
  it('is created once, and another content under its id is refused', () => {
    given(invoiceTemplate, []).when(create()).then(templated(1));
    given(invoiceTemplate, [templated(1)])
      .when(create())
      .thenNothing();
    given(invoiceTemplate, [templated(1)])
      .when(create({ name: 'Other' }))
      .thenRejected({ code: 'template_already_exists' });
  });

  it('is revised from version to version', () => {
    given(invoiceTemplate, [templated(1)])
      .when(revise({ name: 'Other' }))
      .then(templated(2, { name: 'Other' }));
    given(invoiceTemplate, [templated(1)])
      .when(revise())
      .thenNothing();
    given(invoiceTemplate, []).when(revise()).thenRejected({ code: 'template_not_found' });
  });

  it.each([
    [{ columns: ['amount'] }, 'template_column_missing'],
    [{ columns: ['description'] }, 'template_column_missing'],
    [{ columns: ['description', 'amount', 'amount'] }, 'template_column_given_twice'],
    [{ blocks: ['memo', 'memo'] }, 'template_block_given_twice'],
  ] as const)('with %j is refused: %s', (more, code) => {
    given(invoiceTemplate, []).when(create(more)).thenRejected({ code });
  });
});

describe('the laws of versions', () => {
  const command = fc
    .constantFrom('en', 'de', 'fr')
    .chain((locale) =>
      fc.constantFrom<Colour>('#000000', '#ffffff').map((accent) => define({ locale, accent })),
    );

  it('a command twice says nothing new, and versions are counted without a gap', () => {
    holds(
      'branding-versions',
      fc.property(fc.array(command, { maxLength: 12 }), (commands) => {
        const events: BrandingEvent[] = [];
        const decide = (one: BrandingCommand) => branding.decide(fold(branding, events), one);
        for (const one of commands) {
          const decision = decide(one);
          if (decision.outcome === 'rejected') continue;
          events.push(...decision.events);
          expect(decide(one)).toEqual({ outcome: 'accepted', events: [] });
        }
        expect(events.map(({ version }) => version)).toEqual(events.map((_, place) => place + 1));
      }),
      { numRuns: 50 },
    );
  });
});
