import type { Running } from './start.js';

const demoHistoryComes = `
Three months of demo data are being made, in less than a minute; until then the clock is behind.
`;

const demoHistoryBrokenOff = `
The three months of demo data end early: the start that made them was stopped. An empty data folder begins them anew.
`;

/** Said when the history is complete. */
export function demoHistoryLine({ deeds, ms }: { readonly deeds: number; readonly ms: number }): string {
  return `Three months of demo data are there: ${deeds} purchases, invoices and orders, made in ${(ms / 1000).toFixed(0)} s.\n`;
}

/** What somebody who has just typed `npm start` wants to know. */
export function banner(app: Running, startedInMs: number): string {
  const { config, url, consoleUrl, apiKey, ownerLink, demoLinks, simulatorUrl } = app;
  const console = consoleUrl === null ? '' : `\n  Console    ${consoleUrl}/admin`;
  const owner = ownerLink === null ? '' : `\n  Set it up  ${ownerLink} (once, within 24 hours)`;
  const customers =
    demoLinks === null
      ? ''
      : `
  Pay page   ${demoLinks.pay}
  Portal     ${demoLinks.portal} (once, within 15 minutes)`;
  const mails =
    config.mail.smtpUrl === null && config.mode === 'demo' ? `\n  Mails      ${url}/sim/inbox` : '';
  const apart =
    config.role === 'api' ? '\n  Role       api: `--role worker` does the rest, in another process' : '';
  const simulated =
    simulatorUrl === null
      ? 'nothing'
      : `Stripe, at ${simulatorUrl}: no card is charged. Everything else is real.`;
  const stores = [
    config.databaseUrl === null ? 'embedded Postgres' : 'Postgres',
    ...(config.eventStoreUrl === null ? [] : ['EventStoreDB']),
    ...(config.redisUrl === null ? [] : ['Redis']),
  ].join(', ');
  if (config.role === 'worker') {
    return `
Counterfoil's worker is ready in ${(startedInMs / 1000).toFixed(1)} s, in ${config.mode} mode, on ${stores}. Its health: ${url}/health/ready
`;
  }
  return `
Counterfoil is ready in ${(startedInMs / 1000).toFixed(1)} s, in ${config.mode} mode.

  API        ${url}
  Docs       ${url}/docs${console}${owner}${customers}${mails}
  API key    ${apiKey ?? 'as in COUNTERFOIL_BOOTSTRAP_API_KEY'}
  Data       ${config.dataDir} (${stores})
  Simulated  ${simulated}${apart}
${app.demoHistory === undefined ? '' : demoHistoryComes}${app.demoHistoryBroken ? demoHistoryBrokenOff : ''}${simulatorUrl === null ? '' : firstPayment(url, apiKey ?? '')}
Ctrl-C stops it; the data stays for the next start.
`;
}

function firstPayment(url: string, apiKey: string): string {
  return `
Take a payment:

  curl ${url}/v1/payments \\
    -H "Authorization: Bearer ${apiKey}" -H "Content-Type: application/json" \\
    -H "Idempotency-Key: first-payment" \\
    -d '{"amount": 5000, "currency": "USD", "payment_method": "pm_card_visa", "confirm": true}'
`;
}
