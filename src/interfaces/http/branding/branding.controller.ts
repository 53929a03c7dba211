import { inject, injectable } from 'inversify';
import type { z } from 'zod';
import type { BrandingHandler } from '../../../application/branding/branding-handler.js';
import { brandingId } from '../../../application/branding/branding-handler.js';
import type { InvoiceTemplateHandler } from '../../../application/invoice-template/template-handler.js';
import type { Clock } from '../../../application/ports/clock.js';
import type { LogoRefusal, Logos, ReadLogo } from '../../../application/ports/logos.js';
import { logoBytesMax, logoPixelsMax, logoSideMax } from '../../../application/ports/logos.js';
import type { Loaded } from '../../../application/shared/command-handler.js';
import type { BrandingRejection, BrandingState } from '../../../domain/branding/branding.js';
import type { BrandingContent, Logo } from '../../../domain/branding/content.js';
import { plainBranding } from '../../../domain/branding/content.js';
import type { Instant } from '../../../domain/shared/instant.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { acceptedBy, ifRevision } from '../shared/handled.js';
import type { Problem } from '../shared/problem.js';
import { problemOfRejection, Refused, refused } from '../shared/problem.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { route } from '../shared/route.js';
import { brandingBytesMax, brandingQuery, brandingSchema, defineBrandingBody } from './branding.schemas.js';

const shown = { description: 'The branding.', schema: brandingSchema };

/** What documents look like, and who sends them. */
@injectable()
export class BrandingController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.brandingHandler) private readonly brandings: BrandingHandler,
    @inject(httpTokens.templateHandler) private readonly templates: InvoiceTemplateHandler,
    @inject(httpTokens.logos) private readonly logos: Logos,
    @inject(httpTokens.readLogo) private readonly readLogo: ReadLogo,
  ) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/branding',
      tag: 'Branding',
      summary: 'What documents look like, now or in an earlier version',
      scope: 'branding:read',
      query: brandingQuery,
      answers: { 200: shown },
      handle: async ({ query }) => this.answer(await this.brandings.load(brandingId), query.version),
    }),
    route({
      method: 'put',
      path: '/v1/branding',
      tag: 'Branding',
      summary: 'Define the next version; documents that are issued already keep theirs',
      scope: 'branding:write',
      body: defineBrandingBody,
      bodyBytesMax: brandingBytesMax,
      answers: { 200: shown },
      handle: ({ body, context }) => this.define(body, context),
    }),
  ];

  private async define(body: z.output<typeof defineBrandingBody>, context: RequestContext): Promise<Answer> {
    const { seller, accent, footer, locale, invoice_template: invoiceTemplate } = body;
    if (invoiceTemplate !== null) {
      const { state } = await this.templates.load(invoiceTemplate);
      if (state.status === 'absent') {
        throw refused('resource_missing', {
          detail: 'There is no such invoice template.',
          param: 'invoice_template',
        });
      }
    }
    const content: BrandingContent = {
      seller: {
        name: seller.name,
        address: seller.address,
        taxIds: seller.tax_ids,
        contact: seller.contact,
      },
      logo: body.logo === null ? null : await this.keptLogo(body.logo),
      accent,
      footer,
      locale,
      invoiceTemplate,
    };
    const handled = await this.brandings.handle(
      brandingId,
      { type: 'DefineBranding', at: this.clock.now(), content },
      context.metadata,
      ifRevision(context),
    );
    return this.answer(acceptedBy(handled, problemOfBrandingRejection));
  }

  /** Kept before the fact that names it. @throws Refused */
  private async keptLogo(given: NonNullable<z.output<typeof defineBrandingBody>['logo']>): Promise<Logo> {
    const { data, sha256 = '' } = given;
    if (data === undefined) {
      const known = await this.logos.find(sha256);
      if (known === undefined) {
        throw refused('resource_missing', { detail: 'No picture of this digest is kept.', param: 'logo' });
      }
      return logoOf(known);
    }
    const read = this.readLogo(data);
    if ('refusal' in read) throw new Refused(problemOfLogo(read.refusal));
    await this.logos.keep(read.picture);
    return logoOf(read.picture);
  }

  private answer({ state, revision }: Loaded<BrandingState>, version?: number): Answer {
    const versions = state.status === 'absent' ? [] : state.versions;
    const wanted = version === undefined ? versions.at(-1) : versions[version - 1];
    if (wanted === undefined && version !== undefined) {
      throw refused('resource_missing', { detail: 'There is no such version.', param: 'version' });
    }
    const { content, definedAt } = wanted ?? { content: plainBranding, definedAt: null };
    const body = this.object(content, wanted?.version ?? 0, definedAt, revision);
    return { status: 200, body, ...(revision === null ? {} : { etag: `"${revision}"` }) };
  }

  private object(
    { seller, logo, accent, footer, locale, invoiceTemplate }: BrandingContent,
    version: number,
    definedAt: Instant | null,
    revision: bigint | null,
  ) {
    const { name, address, taxIds, contact } = seller;
    return {
      object: 'branding' as const,
      version,
      seller: { name, address, tax_ids: taxIds, contact },
      logo:
        logo === null
          ? null
          : { sha256: logo.sha256, media_type: logo.mediaType, width: logo.width, height: logo.height },
      accent,
      footer,
      locale,
      invoice_template: invoiceTemplate,
      revision,
      livemode: this.settings.livemode,
      defined_at: definedAt,
    };
  }
}

function logoOf({ sha256, mediaType, width, height }: Logo): Logo {
  return { sha256, mediaType, width, height };
}

function problemOfBrandingRejection(rejection: BrandingRejection): Problem {
  return problemOfRejection(
    { accent_too_light: { status: 422, title: 'The colour cannot be read on white paper' } },
    rejection,
    { detail: 'Its contrast with white must be at least 4.5 to 1.', param: 'accent' },
  );
}

function problemOfLogo(refusal: LogoRefusal): Problem {
  const details: Readonly<Record<LogoRefusal['code'], string>> = {
    logo_type_refused: 'A logo is a PNG or a JPEG, whatever its name says; an SVG can hold scripts.',
    logo_malformed: 'The picture cannot be read to its end.',
    logo_too_many_bytes: `A logo has at most ${logoBytesMax} bytes.`,
    logo_too_many_pixels: `A logo has at most ${logoPixelsMax} pixels, and ${logoSideMax} on a side.`,
  };
  return problemOfRejection(
    {
      logo_type_refused: { status: 422, title: 'The logo is of a type that is not taken' },
      logo_malformed: { status: 422, title: 'The logo is damaged' },
      logo_too_many_bytes: { status: 422, title: 'The logo is too large' },
      logo_too_many_pixels: { status: 422, title: 'The logo is too large' },
    },
    refusal,
    { detail: details[refusal.code], param: 'logo' },
  );
}
