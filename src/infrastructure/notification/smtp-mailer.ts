import type { Transporter } from 'nodemailer';
import { createTransport } from 'nodemailer';
import type { Mail, Mailer, MailOutcome } from '../../application/ports/mailer.js';

/** One plain address and nothing that a header or a command could be made of. */
const plainAddress = /^[^\s<>,;:"'\\()[\]]{1,64}@[^\s<>,;:"'\\()[\]@]{1,253}$/;
const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host);

type Sender = { readonly name: string; readonly address: string };

/** Sends through a mail server. Whatever is not a clear no of the server's to this one mail is to be tried again. */
export class SmtpMailer implements Mailer {
  readonly #transport: Transporter;
  readonly #from: Sender;

  /**
   * @param url `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte. Over `smtp:` a server that is not on
   *   this machine must offer TLS, so that neither the password nor a mail goes out in the clear.
   * @param from whom mails come from
   */
  constructor({ url, from }: { readonly url: string; readonly from: Sender }) {
    this.#from = from;
    this.#transport = transportTo(url, 10_000);
  }

  async send({ messageId, to, subject, text, html }: Mail): Promise<MailOutcome> {
    if (!plainAddress.test(to))
      return { outcome: 'refused', reason: 'the address is not one that can be mailed to' };
    try {
      await this.#transport.sendMail({
        from: this.#from,
        to: { name: '', address: to },
        subject,
        text,
        html,
        messageId,
        // A machine that answers machines would answer this for ever.
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      return { outcome: 'sent' };
    } catch (error) {
      const reason = reasonOf(error);
      if (isRefusal(error)) return { outcome: 'refused', reason };
      throw new Error(reason);
    }
  }
}

function transportTo(url: string, timeoutMs: number): Transporter {
  return createTransport(
    {
      url,
      requireTLS: !isLoopback(new URL(url).hostname),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: 3 * timeoutMs,
    },
    { disableFileAccess: true, disableUrlAccess: true },
  );
}

/** Why a mail server would take nothing from here; null when it would. Sends nothing. */
export async function pingMailServer(url: string): Promise<string | null> {
  const transport = transportTo(url, 3_000);
  try {
    await transport.verify();
    return null;
  } catch (error) {
    return reasonOf(error);
  } finally {
    transport.close();
  }
}

/** A server that takes no mail of ours at all, as for a wrong password, may take it once that is mended. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !('permanent' in error) || error.permanent !== true) return false;
  return 'code' in error && (error.code === 'EENVELOPE' || error.code === 'EMESSAGE');
}

/** Servers repeat the address that they refuse, and it is not to be kept with the notice. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\S+@\S+/g, '[address]').slice(0, 300);
}
