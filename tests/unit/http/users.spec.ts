import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { userIdOf } from '../../../src/application/user/user-handler.js';
import type { Role } from '../../../src/domain/user/roles.js';
import { roles } from '../../../src/domain/user/roles.js';
import { apiClient } from '../../support/api-client.js';
import { Browser } from '../../support/browser.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

async function as(role: Role, email: string) {
  const operator = await server.users.signedIn(role, email);
  return { ...operator, browser: Browser.signedIn(server.url, operator) };
}

/** The secret of a key that a user made on the page for it. */
async function keyOf(browser: Browser, scopes: string): Promise<string> {
  const fields = { name: 'mine', 'scopes[]': scopes, reason: 'For a test' };
  const { text } = await browser.submit('/admin/api-keys', fields, '/admin/api-keys');
  return /id="secret">(sk_test_\w+)</.exec(text)?.[1] ?? '';
}

describe('users over the API', () => {
  it('are invited with a link that is told once, listed, and never shown with a secret', async () => {
    const body = { email: 'api@example.com', name: 'Api', role: 'support' };
    const headers = { 'idempotency-key': 'invite-1' };
    const made = await server.api.post('/v1/users', body, headers);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      object: 'user',
      role: 'support',
      status: 'invited',
      second_step: false,
    });
    expect(made.body['link']).toMatch(/^\/admin\/welcome\/[\w-]+$/);
    const again = await server.api.post('/v1/users', body, headers);
    expect(again.body['id']).toBe(made.body['id']);
    expect(again.body['link']).toBeUndefined();
    const other = await server.api.post('/v1/users', { ...body, email: 'API@example.com' });
    expect([other.status, other.body['code']]).toEqual([409, 'email_taken']);
    const list = await server.api.get('/v1/users');
    expect(list.text).toContain('api@example.com');
    expect(list.text).not.toMatch(/password|scrypt|secret/);
  });

  it.each([
    ['no address', { email: 'nonsense', name: 'x', role: 'owner' }],
    ['a header in the address', { email: 'a@b.c\r\nBcc: d@e.f', name: 'x', role: 'owner' }],
    ['a role that there is not', { email: 'a@b.example', name: 'x', role: 'root' }],
    ['a field too many', { email: 'a@b.example', name: 'x', role: 'owner', status: 'active' }],
  ])('are refused with %s', async (_title, body) => {
    expect((await server.api.post('/v1/users', body)).status).toBe(400);
  });

  it('tell what each role may do', async () => {
    const { body } = await server.api.get('/v1/roles');
    expect(body['data']).toHaveLength(roles.length);
  });

  it('of an id that there is none of are missing', async () => {
    const id = userIdOf('0193f1a0-0000-7000-8000-00000000dead');
    expect((await server.api.get(`/v1/users/${id}`)).status).toBe(404);
    expect((await server.api.post(`/v1/users/${id}/disable`, {})).status).toBe(404);
  });
});

describe('a role', () => {
  it('that is taken away is gone with the next request, and the keys that go beyond it', async () => {
    const owner = await as('owner', 'down-owner@example.com');
    const developer = await as('developer', 'down@example.com');
    const secret = await keyOf(developer.browser, 'operations:read');
    const asKey = apiClient(server.url, secret);
    expect((await developer.browser.get('/admin/api-keys')).status).toBe(200);
    expect((await asKey.get('/v1/jobs')).status).toBe(200);

    const at = `/admin/users/${developer.id}`;
    await owner.browser.submit(`${at}/role`, { role: 'support', reason: 'Moved on' }, at);
    expect((await developer.browser.get('/admin/api-keys')).status).toBe(403);
    expect((await asKey.get('/v1/jobs')).status).toBe(401);
  });

  it('does not lift its own holder, by page, form or key', async () => {
    const owner = await as('owner', 'self@example.com');
    const at = `/admin/users/${owner.id}`;
    const answer = await owner.browser.submit(`${at}/role`, { role: 'auditor', reason: 'x' }, at);
    expect(answer.status).toBe(403);
    const own = apiClient(server.url, await keyOf(owner.browser, 'users:write'));
    const refusedTo = await own.post(`/v1/users/${owner.id}/role`, { role: 'auditor' });
    expect([refusedTo.status, refusedTo.body['code']]).toEqual([403, 'user_is_yourself']);
    const step = await own.post(`/v1/users/${owner.id}/remove_second_step`, {}, { 'x-reason': 'x' });
    expect([step.status, step.body['code']]).toEqual([403, 'user_is_yourself']);
  });

  it('without users:write sees no way to users, and gets none by sending the form', async () => {
    const finance = await as('finance', 'nosy@example.com');
    expect((await finance.browser.get('/admin/account')).text).not.toContain('href="/admin/users"');
    expect((await finance.browser.get('/admin/users')).status).toBe(403);
    const fields = { email: 'mine@example.com', name: 'x', role: 'owner', reason: 'x' };
    expect((await finance.browser.submit('/admin/users', fields, '/admin/account')).status).toBe(403);
  });

  it('ends at once for who is put out, on every device', async () => {
    const owner = await as('owner', 'put-owner@example.com');
    const support = await as('support', 'put@example.com');
    const at = `/admin/users/${support.id}`;
    await owner.browser.submit(`${at}/disable`, { reason: 'Left' }, at);
    expect((await support.browser.get('/admin/account')).status).toBe(303);
    expect((await owner.browser.get(at)).text).toContain('The user can no longer sign in.');
  });

  it('needs a reason for whatever changes', async () => {
    const owner = await as('owner', 'why@example.com');
    const support = await as('support', 'why-not@example.com');
    const at = `/admin/users/${support.id}`;
    const answer = await owner.browser.submit(`${at}/disable`, {}, at);
    expect((await owner.browser.follow(answer)).text).toMatch(/role="alert">reason/);
    expect((await support.browser.get('/admin/account')).status).toBe(200);
  });
});

describe('a key that a user makes', () => {
  it('is the user: with it nobody is a second person', async () => {
    const finance = await as('owner', 'two@example.com');
    const secret = await keyOf(finance.browser, 'keys:write');
    const invented = await apiClient(server.url, secret).post('/v1/api_keys', {
      name: 'somebody else',
      scopes: ['keys:write'],
      holder: 'somebody-else',
    });
    expect([invented.status, invented.body['code']]).toEqual([403, 'api_key_of_another']);
    const own = await apiClient(server.url, secret).post('/v1/api_keys', {
      name: 'mine too',
      scopes: ['keys:write'],
    });
    expect(own.body['holder']).toBe(finance.id);
  });

  it('does no more than its maker may', async () => {
    const developer = await as('developer', 'more@example.com');
    const fields = { name: 'x', 'scopes[]': 'refunds:write', reason: 'x' };
    const answer = await developer.browser.submit('/admin/api-keys', fields, '/admin/api-keys');
    expect(answer.status).toBe(403);
  });

  it('is shown once: the form sent again leads back to the list', async () => {
    const developer = await as('developer', 'once@example.com');
    const { text } = await developer.browser.get('/admin/api-keys');
    const guard = {
      csrf: /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '',
      once: 'the-same-click',
    };
    const fields = { ...guard, name: 'x', 'scopes[]': 'webhooks:read', reason: 'x' };
    expect((await developer.browser.send('/admin/api-keys', fields)).text).toContain('sk_test_');
    const again = await developer.browser.send('/admin/api-keys', fields);
    expect([again.status, again.headers['location']]).toEqual([303, '/admin/api-keys']);
  });

  it('is replaced by its holder only', async () => {
    const developer = await as('developer', 'mine@example.com');
    await keyOf(developer.browser, 'webhooks:read');
    const other = await as('developer', 'other@example.com');
    const { rows } = await server.apiKeys.list();
    const key = rows.find(({ holder }) => holder === developer.id);
    const at = `/admin/api-keys/${key?.id}/rotate`;
    const fields = { overlap: 'hour', reason: 'x' };
    expect((await other.browser.submit(at, fields, '/admin/api-keys')).status).toBe(403);
    const mine = await developer.browser.submit(at, fields, '/admin/api-keys');
    expect(mine.text).toMatch(/id="secret">sk_test_/);
  });
});
