import { inject, injectable } from 'inversify';
import type { HttpSettings, MetricsPage } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import type { Controller, Route } from '../shared/route.js';
import { route } from '../shared/route.js';

/** What Prometheus asks: of the process that answers, and of the tables that all of them share. */
@injectable()
export class MetricsController implements Controller {
  readonly routes: readonly Route[];

  constructor(
    @inject(httpTokens.settings) { metricsArePublic = false }: HttpSettings,
    @inject(httpTokens.metricsPage) page: MetricsPage,
  ) {
    this.routes = [
      route({
        method: 'get',
        path: '/metrics',
        tag: 'Operations',
        summary: 'Figures for Prometheus',
        scope: metricsArePublic ? 'public' : 'operations:read',
        vital: true,
        answers: { 200: { description: 'The figures.', contentType: 'text/plain' } },
        handle: async () => {
          const { contentType, text } = await page();
          return { status: 200, body: text, contentType, headers: { 'cache-control': 'no-store' } };
        },
      }),
    ];
  }
}
