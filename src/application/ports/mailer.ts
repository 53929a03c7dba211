/** A mail of one recipient, ready to go. All of it is text from here; what it says of a customer is personal data. */
export type Mail = {
  /** `<...@...>`: the same for each attempt at one mail, so that a mailbox shows a repeated one once. */
  readonly messageId: string;
  /** One plain address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

export type MailOutcome =
  | { readonly outcome: 'sent' }
  /** A definite no, such as for an address that there is not: asking again would not help. */
  | { readonly outcome: 'refused'; readonly reason: string };

export interface Mailer {
  /**
   * Hands a mail over. It may be handed over again after an unknown outcome: the Message-ID tells a repeat.
   * @throws Error when it is not known to be taken, or the server asks to come again later
   */
  send(mail: Mail): Promise<MailOutcome>;
}
