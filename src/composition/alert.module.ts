import { ContainerModule } from 'inversify';
import { alertCodec } from '../application/alert/alert.codec.js';
import { createAlerts } from '../application/alert/alerts.js';
import { createMeasures } from '../application/alert/measure-rules.js';
import { createTellOperators } from '../application/alert/tell-operators.js';
import { createCommandHandler } from '../application/shared/command-handler.js';
import { alert } from '../domain/alert/alert.js';
import { renderMailHtml } from '../infrastructure/notification/mail-html.js';
import { PostgresHealthHistory } from '../infrastructure/postgres/health-history.js';
import { PostgresAlertMeasures } from '../infrastructure/read-models/alert-measures.js';
import { PostgresAlertQueries } from '../infrastructure/read-models/alerts.js';
import { runbookLink } from '../interfaces/http/docs/runbook.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { tokens } from './tokens.js';

/** What operators are told of without having to look. */
export const alertModule = new ContainerModule(({ bind }) => {
  bind(tokens.alertHandler).toResolvedValue(
    (eventStore) =>
      createCommandHandler({ eventStore, decider: alert, codec: alertCodec, category: 'alertRule' }),
    [httpTokens.eventStore],
  );
  bind(httpTokens.alertQueries).toResolvedValue((pool) => new PostgresAlertQueries(pool), [tokens.pool]);
  bind(httpTokens.healthHistory).toResolvedValue((pool) => new PostgresHealthHistory(pool), [tokens.pool]);
  bind(httpTokens.alerts).toResolvedValue(
    (handler, pool, clock, machineClock, logger) =>
      createAlerts({
        ...{ handler, clock, logger },
        measures: createMeasures(new PostgresAlertMeasures(pool), machineClock),
      }),
    [tokens.alertHandler, tokens.pool, httpTokens.clock, tokens.machineClock, tokens.logger],
  );
  bind(tokens.tellOperators).toResolvedValue(
    (alerts, handler, mailer, clock, payments, { config: { mail, console }, consoleUrl, publicUrl }) =>
      createTellOperators({
        ...{ alerts, handler, mailer, clock, payments },
        runbookLink: (rule) => runbookLink(publicUrl, rule),
        consoleLink: console.on ? `${consoleUrl}/admin` : null,
        recipients: mail.alertsTo,
        renderMail: renderMailHtml,
        businessName: mail.from.name,
        mailDomain: mail.from.address.split('@')[1] ?? 'counterfoil.localhost',
      }),
    [
      httpTokens.alerts,
      tokens.alertHandler,
      tokens.mailer,
      httpTokens.clock,
      httpTokens.paymentQueries,
      tokens.surroundings,
    ],
  );
});
