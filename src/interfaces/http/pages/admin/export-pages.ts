import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { ExportedPart } from '../../../../application/audit/exported-events.js';
import { exportEvents, fingerprintOf } from '../../../../application/audit/exported-events.js';
import type { EventStore, Position } from '../../../../application/ports/event-store.js';
import type { ExportSigner } from '../../../../application/ports/export-signer.js';
import { exportContentType } from '../../audit/export.controller.js';
import { httpTokens } from '../../http-tokens.js';
import { positionField } from '../../shared/fields.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { ConsoleArea } from './console-area.js';
import { refuseUnlessStillAllowed } from './still-allowed.js';

const access = 'audit:read';
const eventsOfPart = 5_000;
const fileName = 'events.ndjson';
const query = z.strictObject({ after_position: positionField.optional() });

/** The log as a file for auditors who trust nobody. */
@injectable()
export class ExportPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) private readonly area: ConsoleArea,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.exportSigner) private readonly signer: ExportSigner,
  ) {
    this.pages = [
      page(area, {
        method: 'get',
        path: '/admin/audit/export',
        access,
        handle: () => this.show(),
      }),
      page(area, {
        method: 'get',
        path: '/admin/audit/export/file',
        access,
        query,
        handle: ({ query: { after_position: after = 0n }, context }) => this.file(after, context),
      }),
    ];
  }

  private async show(): Promise<PageAnswer> {
    const data = {
      head: await this.eventStore.head(),
      fingerprint: fingerprintOf(this.signer.publicKey),
      file: fileName,
    };
    return { kind: 'page', template: '/admin/audit-export', title: 'Signed export', data };
  }

  /** The first part is made before anything is sent, so that what goes wrong is told as such. */
  private async file(after: Position, context: PageContext): Promise<PageAnswer> {
    const first = await this.part(after);
    const pieces = this.parts(first, context);
    return { kind: 'pieces', contentType: exportContentType, fileName, pieces };
  }

  /** Parts in a row are one export. */
  private async *parts(first: ExportedPart, context: PageContext) {
    for (let part = first; ; part = await this.part(part.lastPosition)) {
      yield part.text;
      if (part.complete) return;
      await refuseUnlessStillAllowed(this.area, access, context);
    }
  }

  private part(after: Position): Promise<ExportedPart> {
    return exportEvents({ eventStore: this.eventStore, signer: this.signer }, after, eventsOfPart);
  }
}
