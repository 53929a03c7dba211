import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import type { Mail } from '../../../src/application/ports/mailer.js';
import { pingMailServer, SmtpMailer } from '../../../src/infrastructure/notification/smtp-mailer.js';

type Taken = { readonly from: string; readonly to: readonly string[]; readonly raw: string };

/** A mail server that refuses some addresses, has no time for others, and takes the rest. */
describe('mails through a mail server', () => {
  const taken: Taken[] = [];
  let server: SMTPServer;
  let url: string;

  beforeAll(async () => {
    server = new SMTPServer({
      authMethods: ['PLAIN'],
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      logger: false,
      onAuth({ username, password }, _session, callback) {
        if (username === 'acme' && password === 'secret') callback(null, { user: 'acme' });
        else callback(Object.assign(new Error('no such user'), { responseCode: 535 }));
      },
      onRcptTo({ address }, _session, callback) {
        if (address.startsWith('nobody')) {
          callback(Object.assign(new Error(`<${address}>: no such mailbox`), { responseCode: 550 }));
        } else if (address.startsWith('later')) {
          callback(Object.assign(new Error('greylisted'), { responseCode: 451 }));
        } else callback();
      },
      onData(stream, { envelope }, callback) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
          taken.push({
            from,
            to: envelope.rcptTo.map(({ address }) => address),
            raw: Buffer.concat(chunks).toString(),
          });
          callback();
        });
      },
    });
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    url = `smtp://acme:secret@127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise<void>((resolve) => server.close(resolve)));
  beforeEach(() => {
    taken.length = 0;
  });

  const from = { name: 'Acme, Inc. "Ünï"', address: 'billing@acme.example' };
  const mailer = () => new SmtpMailer({ url, from });
  const mail = (more: Partial<Mail> = {}): Mail => ({
    messageId: '<ntf_1.1@acme.example>',
    to: 'ada@example.com',
    subject: 'Ihre Zahlung über 50,00 €',
    text: 'Guten Tag\n.\nRCPT TO:<eve@example.com>\n',
    html: '<p>Guten Tag</p>',
    ...more,
  });
  const headersOf = ({ raw }: Taken): string => raw.slice(0, raw.indexOf('\r\n\r\n'));

  it('go to their one recipient, with both parts and the same Message-ID each time', async () => {
    for (let time = 0; time < 2; time += 1) {
      expect(await mailer().send(mail())).toEqual({ outcome: 'sent' });
    }
    expect(taken.map(({ to }) => to)).toEqual([['ada@example.com'], ['ada@example.com']]);
    for (const each of taken) {
      expect(each.from).toBe('billing@acme.example');
      expect(headersOf(each)).toContain('Message-ID: <ntf_1.1@acme.example>');
      expect(headersOf(each)).toContain('Auto-Submitted: auto-generated');
      expect(each.raw).toMatch(/text\/plain[\s\S]*text\/html/);
    }
  });

  it.each([
    ['a line end in the subject', { subject: 'Hello\r\nBcc: eve@example.com\r\n\r\nBody' }],
    ['a bare line feed', { subject: 'Hello\nX-Evil: 1' }],
    ['a line end in the Message-ID', { messageId: '<a@b>\r\nX-Evil: 1' }],
    ['a header in the text', { text: '\r\n.\r\nMAIL FROM:<eve@example.com>\r\nX-Evil: 1' }],
  ])('%s makes no header and no recipient', async (_name, more) => {
    await mailer().send(mail(more));
    expect(taken).toHaveLength(1);
    expect(taken[0]?.to).toEqual(['ada@example.com']);
    const names = headersOf(taken[0] as Taken)
      .split(/\r\n(?![ \t])/)
      .map((line) => line.split(':')[0]?.toLowerCase());
    expect(names).not.toContain('bcc');
    expect(names).not.toContain('x-evil');
    expect(headersOf(taken[0] as Taken)).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
  });

  it.each([
    'ada@example.com, eve@example.com',
    'ada@example.com\r\nBcc: eve@example.com',
    '<ada@example.com> eve@example.com',
    'Ada <ada@example.com>',
    'list:ada@example.com;',
    '',
  ])('%j is nobody to mail to', async (to) => {
    expect(await mailer().send(mail({ to }))).toMatchObject({ outcome: 'refused' });
    expect(taken).toEqual([]);
  });

  it('are refused for good where there is no such mailbox, without keeping its address', async () => {
    const refused = await mailer().send(mail({ to: 'nobody@example.com' }));
    expect(refused).toMatchObject({ outcome: 'refused' });
    expect(JSON.stringify(refused)).not.toContain('nobody@');
  });

  it('are to be tried again where the server has no time, does not know us, or is not there', async () => {
    await expect(mailer().send(mail({ to: 'later@example.com' }))).rejects.toThrow(/451|greylisted/);
    const wrong = new SmtpMailer({ url: url.replace('secret', 'wrong'), from });
    await expect(wrong.send(mail())).rejects.toThrow(/login|auth|535/i);
    const closed = new SmtpMailer({ url: 'smtp://127.0.0.1:1', from });
    await expect(closed.send(mail())).rejects.toThrow(/ECONNREFUSED/);
  });

  it('a server is looked at without sending anything, and its password is not told', async () => {
    expect(await pingMailServer(url)).toBeNull();
    const failure = await pingMailServer(url.replace('secret', 'wrong-password'));
    expect(failure).not.toBeNull();
    expect(failure).not.toContain('wrong-password');
    expect(taken).toEqual([]);
  });
});
