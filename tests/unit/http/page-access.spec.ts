import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scopes } from '../../../src/application/ports/api-keys.js';
import { scopesOfRole } from '../../../src/application/user/role-scopes.js';
import type { Role } from '../../../src/domain/user/roles.js';
import { roles } from '../../../src/domain/user/roles.js';
import { csrfTokenOf } from '../../../src/interfaces/http/pages/shared/csrf.js';
import type { Page } from '../../../src/interfaces/http/pages/shared/page.js';
import { Browser } from '../../support/browser.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

/** The console's pages that are for anybody: the door, and the links that people come by first. */
const forAnybody = [
  'GET /admin/second-step',
  'GET /admin/sign-in',
  'GET /admin/welcome/:token',
  'POST /admin/second-step',
  'POST /admin/sign-in',
  'POST /admin/sign-out',
  'POST /admin/welcome/:token',
];

const uuid = '0193f1a0-0000-7000-8000-00000000dead';
const nameOf = ({ method, path }: Page): string => `${method.toUpperCase()} ${path}`;

/** An id of a thing that there is none of, of the kind that the path is about. */
function addressOf({ path }: Page): string {
  const prefixes: Readonly<Record<string, string>> = {
    users: 'usr_',
    'api-keys': 'key_',
    sessions: 'ses_',
    payments: 'pay_',
    customers: 'cus_',
    orders: 'ord_',
    credits: 'crd_',
    plans: 'plan_',
    limits: 'lim_',
    'invoice-templates': 'itpl_',
    'credit-notes': 'cn_',
    invoices: 'inv_',
    'manual-payments': 'mp_',
    webhooks: 'evt_',
    notifications: 'ntf_',
    'saved-filters': 'sfl_',
  };
  return path.replace(/([\w-]+)\/:id/, (_all, kind: string) => `${kind}/${prefixes[kind] ?? ''}${uuid}`);
}

describe('the pages of the console', () => {
  let server: RunningServer;
  const browsers = new Map<Role, { readonly browser: Browser; readonly csrf: string }>();
  beforeAll(async () => {
    server = await startServer();
    for (const role of roles) {
      const operator = await server.users.signedIn(role);
      const browser = Browser.signedIn(server.url, operator);
      browsers.set(role, { browser, csrf: csrfTokenOf(operator.token) });
    }
  });
  afterAll(() => server.stop());

  const ofConsole = () => server.http.pages.filter(({ area }) => area.path === '/admin');

  function ask({ browser, csrf }: { browser: Browser; csrf: string }, asked: Page) {
    const address = addressOf(asked);
    return asked.method === 'get' ? browser.get(address) : browser.send(address, { csrf });
  }

  it('are for users who are signed in, but for the door', () => {
    const open = ofConsole()
      .filter(({ access }) => access === 'anyone')
      .map(nameOf);
    expect(open.sort()).toEqual(forAnybody);
  });

  it('send everybody else to the door', async () => {
    const nobody = { browser: new Browser(server.url), csrf: 'none' };
    for (const each of ofConsole().filter(({ access }) => access !== 'anyone')) {
      const { status, headers } = await ask(nobody, each);
      // A form of nobody is refused before or after it is known that nobody sent it; a page leads to the door.
      expect([nameOf(each), status, headers['location']]).toEqual([
        nameOf(each),
        303,
        expect.stringMatching(/^\/admin\/sign-in/),
      ]);
    }
  });

  it('security 68: are not kept by a browser, guessed at, or asked for in the clear', async () => {
    const owner = browsers.get('owner');
    if (owner === undefined) throw new Error('nobody is the owner');
    const nobody = { browser: new Browser(server.url), csrf: 'none' };
    let looked = 0;
    for (const each of server.http.pages.filter(({ path }) => !path.endsWith('/stream'))) {
      for (const reader of each.path.endsWith('/sign-out') ? [nobody] : [owner, nobody]) {
        const { headers } = await ask(reader, each);
        expect([nameOf(each), headers]).toEqual([
          nameOf(each),
          expect.objectContaining({
            'cache-control': 'no-store',
            'x-content-type-options': 'nosniff',
            'strict-transport-security': expect.stringMatching(/^max-age=\d{7,}/),
          }),
        ]);
        expect([nameOf(each), headers['x-powered-by']]).toEqual([nameOf(each), undefined]);
        looked += 1;
      }
    }
    expect(looked).toBeGreaterThan(200);
  });

  it.each(roles)('are for the role %s where it has the scope, and refused where it has not', async (role) => {
    const reader = browsers.get(role);
    if (reader === undefined) throw new Error(`nobody is ${role}`);
    for (const each of ofConsole()) {
      const { access } = each;
      // Streams stay open, and are asked by the overview's own test.
      if (!(scopes as readonly string[]).includes(access) || each.path.endsWith('/stream')) continue;
      const { status } = await ask(reader, each);
      const allowed = (scopesOfRole[role] as readonly string[]).includes(access);
      expect(`${nameOf(each)}: ${status === 403 ? 'refused' : 'allowed'}`).toBe(
        `${nameOf(each)}: ${allowed ? 'allowed' : 'refused'}`,
      );
      expect(status).toBeLessThan(500);
    }
  });
});
