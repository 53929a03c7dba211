import type { Container } from 'inversify';
import { brandingCodec } from '../../../src/application/branding/branding.codec.js';
import type { Looks } from '../../../src/application/branding/looks.js';
import { createLooks } from '../../../src/application/branding/looks.js';
import type { Picture } from '../../../src/application/document/sheet.js';
import { invoiceTemplateCodec } from '../../../src/application/invoice-template/invoice-template.codec.js';
import type { EventStore } from '../../../src/application/ports/event-store.js';
import type { Logos } from '../../../src/application/ports/logos.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { branding } from '../../../src/domain/branding/branding.js';
import { invoiceTemplate } from '../../../src/domain/invoice-template/invoice-template.js';
import { readLogo } from '../../../src/infrastructure/pdf/read-logo.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';

class InMemoryLogos implements Logos {
  readonly #kept = new Map<string, Picture>();

  async keep(picture: Picture): Promise<void> {
    this.#kept.set(picture.sha256, picture);
  }

  async find(sha256: string): Promise<Picture | undefined> {
    return this.#kept.get(sha256);
  }
}

/** Branding and templates on the log; the list of templates is Postgres' business, and has a test of its own. */
export function bindLooks(container: Container, eventStore: EventStore): Looks {
  const logos = new InMemoryLogos();
  const brandings = createCommandHandler({
    ...{ eventStore, decider: branding, codec: brandingCodec, category: 'branding' },
  });
  const templates = createCommandHandler({
    ...{ eventStore, decider: invoiceTemplate, codec: invoiceTemplateCodec, category: 'invoiceTemplate' },
  });
  const looks = createLooks({ brandings, templates, logos });
  container.bind(httpTokens.brandingHandler).toConstantValue(brandings);
  container.bind(httpTokens.templateHandler).toConstantValue(templates);
  container
    .bind(httpTokens.templateQueries)
    .toConstantValue({ list: async () => ({ rows: [], hasMore: false }) });
  container.bind(httpTokens.logos).toConstantValue(logos);
  container.bind(httpTokens.readLogo).toConstantValue(readLogo);
  container.bind(httpTokens.looks).toConstantValue(looks);
  return looks;
}
