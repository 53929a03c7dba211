import type { BrandingState } from '../../domain/branding/branding.js';
import type { ExistingInvoice } from '../../domain/invoice/state.js';
import { isIssued } from '../../domain/invoice/state.js';
import { plainTemplate } from '../../domain/invoice-template/content.js';
import type { InvoiceTemplateState } from '../../domain/invoice-template/invoice-template.js';
import type { IssuedLook } from '../../domain/shared/issued-look.js';
import type { DocumentLook } from '../document/document-look.js';
import { plainLook } from '../document/document-look.js';
import type { Logos } from '../ports/logos.js';
import type { Loaded } from '../shared/command-handler.js';
import { brandingId } from './branding-handler.js';

type Stream<S> = { load(id: string): Promise<Loaded<S>> };

/** A look, and its versions in words. */
type VersionedLook = { readonly look: DocumentLook; readonly version: string };

export type Looks = {
  /** What documents look like that are issued now; null until somebody says so. */
  current(): Promise<IssuedLook | null>;
  /** @throws RangeError for versions that there are none of */
  at(issued: IssuedLook | null): Promise<VersionedLook>;
  /** An issued invoice keeps its look; a draft has the current one. */
  of(invoice: ExistingInvoice): Promise<VersionedLook>;
};

export function createLooks(parts: {
  readonly brandings: Stream<BrandingState>;
  readonly templates: Stream<InvoiceTemplateState>;
  readonly logos: Pick<Logos, 'find'>;
}): Looks {
  const { brandings, templates, logos } = parts;

  async function current(): Promise<IssuedLook | null> {
    const { state } = await brandings.load(brandingId);
    const latest = state.status === 'absent' ? undefined : state.versions.at(-1);
    if (latest === undefined) return null;
    const { version: brandingVersion, content } = latest;
    const templateId = content.invoiceTemplate;
    if (templateId === null) return { brandingVersion, template: null };
    const template = await templates.load(templateId);
    const versions = template.state.status === 'absent' ? [] : template.state.versions;
    return { brandingVersion, template: { templateId, version: versions.length } };
  }

  async function at(issued: IssuedLook | null): Promise<VersionedLook> {
    if (issued === null) return { look: plainLook, version: 'look/plain' };
    const { brandingVersion, template } = issued;
    const branding = await brandingAt(brandingVersion);
    const logo = branding.logo === null ? null : await logos.find(branding.logo.sha256);
    if (logo === undefined) throw new RangeError(`the logo of branding ${brandingVersion} is missing`);
    const layout = template === null ? plainTemplate : await templateAt(template);
    const named = template === null ? 'plain' : `${template.templateId}/${template.version}`;
    return {
      look: { branding, template: layout, logo },
      version: `branding/${brandingVersion} template/${named}`,
    };
  }

  async function brandingAt(version: number) {
    const { state } = await brandings.load(brandingId);
    const found = state.status === 'absent' ? undefined : state.versions[version - 1];
    if (found === undefined) throw new RangeError(`there is no version ${version} of the branding`);
    return found.content;
  }

  async function templateAt({ templateId, version }: NonNullable<IssuedLook['template']>) {
    const { state } = await templates.load(templateId);
    const found = state.status === 'absent' ? undefined : state.versions[version - 1];
    if (found === undefined) throw new RangeError(`there is no version ${version} of ${templateId}`);
    return found.content;
  }

  return { current, at, of: async (invoice) => at(isIssued(invoice) ? invoice.look : await current()) };
}
