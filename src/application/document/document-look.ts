import type { BrandingContent } from '../../domain/branding/content.js';
import { plainBranding } from '../../domain/branding/content.js';
import type { InvoiceTemplateContent } from '../../domain/invoice-template/content.js';
import { plainTemplate } from '../../domain/invoice-template/content.js';
import type { BillingIdentity } from '../ports/billing-identities.js';
import type { Labels } from './labels/en.js';
import { labelsOf } from './labels.js';
import type { LocaleFormat } from './locale-format.js';
import { localeFormat } from './locale-format.js';
import type { Party, Picture, Sheet } from './sheet.js';

/** How a document looks: what stands on it beside its own facts. */
export type DocumentLook = {
  readonly branding: BrandingContent;
  readonly template: InvoiceTemplateContent;
  readonly logo: Picture | null;
};

export const plainLook: DocumentLook = { branding: plainBranding, template: plainTemplate, logo: null };

/** Everything that the parts of a sheet are written with. */
export type Wording = {
  readonly look: DocumentLook;
  readonly format: LocaleFormat;
  readonly labels: Labels;
};

/** The words and figures for a reader. @param locale the reader's own, null where it is not known */
export function wordingOf(look: DocumentLook, locale: string | null): Wording {
  const format = localeFormat(locale ?? look.branding.locale);
  const labels = labelsOf(format.locale, look.template.labels);
  return { look, format, labels: format.direction === 'rtl' ? fromTheRight(labels) : labels };
}

/** A mark tells that these texts read from the right, though a name or a rate in them may come first. */
function fromTheRight(labels: Labels): Labels {
  const marked = Object.entries(labels).map(([name, label]) => [name, `\u200f${label}`]);
  return Object.fromEntries(marked) as Labels;
}

type Frame = Pick<
  Sheet,
  'locale' | 'direction' | 'paper' | 'accent' | 'logo' | 'seller' | 'footer' | 'pageLabel'
>;

/** What every document of a look has in common. */
export function frameOf({ look, format, labels }: Wording): Frame {
  const { branding, template, logo } = look;
  const { name, address, taxIds, contact } = branding.seller;
  return {
    locale: format.locale,
    direction: format.direction,
    paper: template.paper,
    accent: branding.accent,
    logo,
    seller: {
      label: labels.from,
      name,
      lines: [...address, ...taxIds.map((id) => `${labels.tax_id} ${id}`), ...contact],
    },
    footer: branding.footer,
    pageLabel: {
      text: labels.page,
      figures: Array.from({ length: 10 }, (_, figure) => format.count(figure)),
    },
  };
}

/** Whom a document is addressed to; null where nobody is on record (any more). */
export function buyerOf({ labels, format }: Wording, identity: BillingIdentity | null): Party {
  if (identity === null) return { label: labels.billed_to, name: null, lines: [labels.no_recipient] };
  const { name, email, address, taxIds } = identity;
  const place = address === null ? [] : [address.postalCode, address.city].filter(isText).join(' ');
  const lines =
    address === null
      ? []
      : [address.line1, address.line2, place, address.state, countryName(format.locale, address.country)];
  return {
    label: labels.billed_to,
    name,
    lines: [...lines, email, ...taxIds.map(({ value }) => `${labels.tax_id} ${value}`)].flatMap((line) =>
      isText(line) ? [line] : [],
    ),
  };
}

function isText(text: unknown): text is string {
  return typeof text === 'string' && text !== '';
}

function countryName(locale: string, country: string): string {
  try {
    return new Intl.DisplayNames(locale, { type: 'region' }).of(country) ?? country;
  } catch (error) {
    if (error instanceof RangeError) return country;
    throw error;
  }
}
