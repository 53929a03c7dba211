/** An item of the security checklist, and what holds it: words from tests' names, each with the file they stand in. */
export type SecurityItem = {
  readonly number: number;
  readonly expected: string;
  readonly heldBy: readonly (readonly [file: string, name: string])[];
};

const verifier = 'tests/unit/webhook/stripe-webhook-verifier.spec.ts';
const server = 'tests/unit/http/http-server.spec.ts';
const input = 'tests/unit/http/bad-input.spec.ts';
const routes = 'tests/unit/http/routes.spec.ts';
const keys = 'tests/integration/http/api-keys.spec.ts';
const config = 'tests/unit/config/config.spec.ts';
const inbox = 'tests/integration/webhooks/inbox.spec.ts';
const workers = 'tests/integration/webhooks/workers.spec.ts';
const log = 'tests/unit/logging/pino-logger.spec.ts';
const own = 'tests/security/security.spec.ts';
const limits = 'tests/unit/http/limits.spec.ts';
const purses = 'tests/unit/limit/token-purses.spec.ts';
const processes = 'tests/integration/limits/several-processes.spec.ts';
const access = 'tests/security/access.spec.ts';
const consolePages = 'tests/unit/http/console.spec.ts';
const printed = 'tests/unit/document/printed-documents.spec.ts';
const bytes = 'tests/unit/document/same-bytes.spec.ts';
const documents = 'tests/unit/http/documents.spec.ts';

export const securityItems: readonly SecurityItem[] = [
  {
    number: 1,
    expected: 'No `Stripe-Signature`: 400, nothing stored',
    heldBy: [
      [verifier, 'is refused without a header'],
      [server, 'are refused with the reason and nothing of our insides'],
    ],
  },
  { number: 2, expected: 'Wrong secret: 400', heldBy: [[verifier, 'is refused with a wrong secret']] },
  {
    number: 3,
    expected: 'One byte of the body changed: 400',
    heldBy: [[verifier, 'is refused whichever byte was changed']],
  },
  {
    number: 4,
    expected: 'JSON written anew with the same meaning: 400',
    heldBy: [[verifier, 'is refused when the JSON was written anew']],
  },
  {
    number: 5,
    expected: 'A signature 301 s old is refused, 299 s is taken',
    heldBy: [[verifier, '301 s old']],
  },
  {
    number: 6,
    expected: 'A signature from the future is refused',
    heldBy: [[verifier, 'ten years in the future']],
  },
  {
    number: 7,
    expected: 'A tolerance of 0 stops the start',
    heldBy: [
      [config, 'a tolerance of 0'],
      [verifier, 'has no empty secret and no tolerance of zero'],
    ],
  },
  {
    number: 8,
    expected: 'Only `v0=`, 10,000 signatures or a header of 1 MB: refused by a limit that is looked at first',
    heldBy: [
      [verifier, 'holds nothing to compare'],
      [verifier, '10,000 signatures'],
    ],
  },
  {
    number: 9,
    expected: 'A thousand deliveries have one effect',
    heldBy: [
      [inbox, 'counts 1,000 deliveries of one webhook'],
      ['tests/integration/webhooks/confluence.spec.ts', 'has one effect in 1,000 deliveries'],
    ],
  },
  {
    number: 10,
    expected: 'Two secrets during a rotation, the old one refused afterwards',
    heldBy: [[verifier, 'is verified with either secret while they are rotated']],
  },
  {
    number: 11,
    expected: 'The other mode or another account: stored parked, never read, reported',
    heldBy: [
      [own, 'security 11: of the other mode'],
      [own, 'security 11, F44: of another account'],
    ],
  },
  {
    number: 12,
    expected: '10 MB or 10,000 levels: refused before they are hashed or walked through',
    heldBy: [
      [verifier, 'is refused at 10 MB before it is hashed'],
      [verifier, 'objects nested 10,000 deep'],
      [server, 'have 1 MB at most'],
    ],
  },
  {
    number: 13,
    expected: 'Unknown types are stored, another API version is parked',
    heldBy: [
      [own, 'security 13'],
      [workers, 'ignores a type that no payment cares for'],
    ],
  },
  {
    number: 14,
    expected: 'The webhook address takes no API key and tells nothing of our insides',
    heldBy: [[own, 'security 14']],
  },
  {
    number: 26,
    expected: 'API keys are kept as digests',
    heldBy: [[keys, 'are kept as digests: nothing in the table can be used']],
  },
  {
    number: 27,
    expected: 'Found by their public beginning, compared as digests of equal length',
    heldBy: [[keys, 'one character less']],
  },
  {
    number: 28,
    expected: 'A revoked key is refused within a second everywhere',
    heldBy: [[keys, 'are refused within a second of being revoked, everywhere']],
  },
  {
    number: 29,
    expected: 'Expired, revoked or of the other mode: 401',
    heldBy: [
      [keys, 'are unknown once they have expired'],
      [routes, 'of the other mode'],
    ],
  },
  {
    number: 30,
    expected: 'A key in an address: 400, and reported as leaked',
    heldBy: [[routes, 'in the address is refused, and reported as leaked']],
  },
  {
    number: 31,
    expected: 'Every route with every scope, none by default',
    heldBy: [
      [routes, '%s is for %s alone'],
      ['tests/unit/http/page-access.spec.ts', 'are for the role %s where it has the scope'],
    ],
  },
  {
    number: 32,
    expected:
      "Another customer's things in the portal: the same answer as for what there is not, on every route that takes an id",
    heldBy: [['tests/unit/http/portal.spec.ts', 'security 32']],
  },
  {
    number: 33,
    expected: 'Fields that a client may not set: 400',
    heldBy: [[input, 'the unknown field']],
  },
  {
    number: 34,
    expected: 'Two people where two are needed, and two keys of one holder are one: 403',
    heldBy: [
      ['tests/unit/http/manual-payments.spec.ts', 'two keys of one holder are one person'],
      ['tests/unit/manual-payment/manual-payment.spec.ts', 'whatever keys the first one has'],
      ['tests/unit/payment/refund-approval.spec.ts', 'whatever keys the first one has'],
      ['tests/unit/http/refund-approvals.spec.ts', 'two keys of one holder are one person'],
      ['tests/unit/http/refund-approvals.spec.ts', 'security 34'],
      ['tests/unit/http/users.spec.ts', 'is the user: with it nobody is a second person'],
      [consolePages, 'security 34'],
    ],
  },
  {
    number: 35,
    expected: 'A role that is taken away is gone with the next request, for pages and keys alike',
    heldBy: [['tests/unit/http/users.spec.ts', 'that is taken away is gone with the next request']],
  },
  {
    number: 36,
    expected:
      'A JWT of any kind is no API key (401), no session and no link; of an identity provider only what it signed for us, now and for this browser lets in',
    heldBy: [
      [access, 'security 36'],
      ['tests/security/oidc.spec.ts', 'security 36'],
      ['tests/security/oidc.spec.ts', 'with an ID token with %s is refused'],
      ['tests/security/oidc.spec.ts', 'with another state is refused'],
      ['tests/security/oidc.spec.ts', 'twice lets in once, though the cookie is there again'],
      ['tests/unit/http/portal.spec.ts', 'security 36'],
    ],
  },
  {
    number: 37,
    expected: 'A link to the portal signs one customer in, once, within 15 minutes',
    heldBy: [
      ['tests/unit/http/portal.spec.ts', 'takes a link once, on a button and not by looking at it'],
      ['tests/unit/http/portal.spec.ts', 'takes no link that is over'],
      [
        'tests/integration/notification/outbox.spec.ts',
        'are used once by one, and are over when they are over',
      ],
    ],
  },
  {
    number: 38,
    expected:
      'More than ten wrong keys in a minute: refused for longer and longer, and nobody else with them',
    heldBy: [
      [limits, 'is refused after ten in a minute, and locks out nobody with another key'],
      ['tests/unit/limit/limit.spec.ts', 'costs half an hour at most where API keys were wrong'],
      ['tests/unit/http/sign-in.spec.ts', 'locks an address after ten tries'],
      ['tests/integration/users/users.spec.ts', 'are ten, however many come at once'],
    ],
  },
  {
    number: 39,
    expected:
      'No second port, no simulator, no console, no default key and no figures without a key in live mode; the console at a port of its own where one is set, and there alone',
    heldBy: [
      [access, 'security 39'],
      ['tests/security/console-port.spec.ts', 'security 39'],
      [config, 'has the console beside the API, or at a port of its own on loopback'],
      [config, 'has a console in the demo only, unless it is asked for'],
      [
        'tests/unit/http/sign-in.spec.ts',
        'makes the first owner, once, and is made as long as there is none',
      ],
    ],
  },
  {
    number: 40,
    expected:
      'Limits hold over several processes; without the shared counters, n processes let through n times as much',
    heldBy: [
      [processes, 'let through no more than the limit together, and nearly all of it'],
      [processes, 'twice the limit when Redis dies'],
      [purses, 'let n processes spend n times the limit while the shared buckets are gone'],
    ],
  },
  {
    number: 41,
    expected: 'A forged X-Forwarded-For changes nothing; a trust in every proxy stops the start',
    heldBy: [
      [server, 'do not believe X-Forwarded-For unless told to'],
      [server, 'and no one behind them'],
      [limits, 'is not changed by a forged X-Forwarded-For'],
      [limits, 'by nothing that stands before it'],
      [config, 'a trust in every proxy'],
    ],
  },
  {
    number: 42,
    expected: 'Many declined attempts of a customer or an address are refused unsent, and that is recorded',
    heldBy: [
      [limits, 'is refused for the customer, before anything is recorded'],
      [limits, 'is refused by address, whatever customers are named'],
    ],
  },
  { number: 43, expected: 'Page limits outside 1 to 100: 400', heldBy: [[input, '/v1/payments?limit=1e9']] },
  {
    number: 44,
    expected: 'Large bodies, gzip bombs, 10,000 headers and slow headers are cut',
    heldBy: [
      [input, '200 KB'],
      [input, 'a gzip bomb'],
      [server, 'refuses 10,000 headers'],
      [server, 'does not wait for slow headers'],
      [server, 'reads no more of a huge body than it must'],
    ],
  },
  {
    number: 45,
    expected: 'No regular expression takes exponential time',
    heldBy: [[own, 'security 45']],
  },
  {
    number: 46,
    expected: 'Idempotency keys: 1 to 255 printable characters, apart for each caller',
    heldBy: [
      [input, 'a key of 256 characters'],
      [input, 'an empty key'],
      ['tests/unit/http/idempotency.spec.ts', 'keys of two callers, and of two paths, never meet'],
    ],
  },
  {
    number: 47,
    expected: 'Refunds that race never take too much',
    heldBy: [
      ['tests/e2e/on-either-store/idempotency.spec.ts', 'one of 100 concurrent refunds of 60 on 100 wins'],
      ['tests/programs/two-processes.spec.ts', 'never too much, and never none'],
    ],
  },
  {
    number: 48,
    expected: 'Amounts that are negative, zero, fractions, too large; unknown currencies: 400',
    heldBy: [
      [input, 'an amount that is'],
      [input, 'an unknown currency'],
    ],
  },
  {
    number: 49,
    expected: 'Steps out of order: 409',
    heldBy: [[input, 'what the order of a payment does not allow']],
  },
  {
    number: 50,
    expected: 'SQL in every field, filter and sort column of every route is a value and never a statement',
    heldBy: [['tests/security/injection.spec.ts', 'security 50']],
  },
  {
    number: 51,
    expected: '`__proto__`, `constructor`, `prototype`: 400',
    heldBy: [
      [input, '__proto__'],
      [input, 'constructor'],
    ],
  },
  { number: 52, expected: 'A parameter given twice: 400', heldBy: [[input, 'limit=5&limit=6']] },
  { number: 53, expected: 'A JSON key given twice: 400', heldBy: [[input, 'a key twice']] },
  {
    number: 54,
    expected: 'A cell that a spreadsheet would carry out is text; negative amounts stay numbers',
    heldBy: [[consolePages, 'security 54']],
  },
  {
    number: 55,
    expected: 'Markup, addresses and files in any text of a document are letters; the printer has no network',
    heldBy: [
      [printed, 'is drawn as letters, and makes nothing in the file that could be followed or run'],
      [printed, 'cannot turn figures around'],
      [bytes, 'with no network and no file of others'],
    ],
  },
  {
    number: 56,
    expected: 'Whatever a field holds, one line of JSON in the log',
    heldBy: [[log, 'one line whatever the text holds']],
  },
  {
    number: 57,
    expected: 'A file name in which nothing can end the header',
    heldBy: [[documents, 'has a name in which nothing can end the header']],
  },
  {
    number: 58,
    expected: 'An id with a path in it names nothing; documents are rows, not files',
    heldBy: [
      [routes, 'security 58'],
      [documents, 'of %s -> 404'],
    ],
  },
  {
    number: 59,
    expected: 'No value of a mail makes a header or a recipient',
    heldBy: [
      ['tests/integration/notification/smtp-mailer.spec.ts', 'makes no header and no recipient'],
      ['tests/integration/notification/smtp-mailer.spec.ts', 'is nobody to mail to'],
    ],
  },
  {
    number: 60,
    expected: 'Other content types and methods are refused',
    heldBy: [
      [input, 'text/plain'],
      [input, 'a form'],
    ],
  },
  {
    number: 61,
    expected: 'Card numbers are refused before anything is kept, and stand in no log, table or file',
    heldBy: [
      ['tests/security/card-numbers.spec.ts', 'security 61'],
      ['tests/unit/http/card-numbers.spec.ts', 'however it is written'],
    ],
  },
  {
    number: 62,
    expected: 'Secrets stand in no log, no report and no metric',
    heldBy: [
      [log, 'never shows %s, wherever it stands'],
      [log, 'shows a database address without its password'],
      [config, 'names every problem at once, and no secret'],
      ['tests/integration/resilience/metrics.spec.ts', 'hold no id, no secret'],
    ],
  },
  {
    number: 67,
    expected: 'Live data in the clear, or unchecked certificates, stop the start',
    heldBy: [
      [own, 'security 67'],
      [config, 'certificate checks switched off'],
    ],
  },
  {
    number: 68,
    expected:
      'No answer to anybody with a key or a session is kept by a browser; HSTS, nosniff, no `X-Powered-By`',
    heldBy: [
      [routes, 'security 68'],
      ['tests/unit/http/page-access.spec.ts', 'security 68'],
    ],
  },
  {
    number: 71,
    expected: 'A check that cannot be made refuses',
    heldBy: [
      [keys, 'do not take a database that does not answer for an unknown key'],
      [limits, 'lets reads pass, and no write'],
      [limits, 'lets no attempt pass whose declines cannot be looked at'],
    ],
  },
  {
    number: 72,
    expected: 'What nobody caught: logged, and the process ends',
    heldBy: [[own, 'security 72']],
  },
  {
    number: 73,
    expected: 'Install scripts from a list only; packages held by hash; a bill of materials (`npm run sbom`)',
    heldBy: [[own, 'security 73']],
  },
  {
    number: 74,
    expected: 'Weak, missing or mixed-up secrets stop the start',
    heldBy: [
      [own, 'security 74'],
      [config, 'an empty webhook secret'],
    ],
  },
];

/** Parts of the checklist that nothing here holds, and why. */
export const withoutTest: readonly (readonly [items: string, reason: string])[] = [];
