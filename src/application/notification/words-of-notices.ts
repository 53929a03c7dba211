import type { NoticeWords } from '../ports/notice-templates.js';
import type { NoticeKind } from './notice-kinds.js';

type Language = 'en' | 'de';

/** The program's own words, in its two languages. Somebody may write others, and more languages, as data. */
const words: Readonly<Record<NoticeKind, Readonly<Record<Language, NoticeWords>>>> = {
  receipt: {
    en: {
      subject: 'Your receipt for {{amount}}',
      body: 'Hello {{customer_name}},\n\nwe have received your payment of {{amount}} on {{paid_on}} for {{reference}}. Thank you.\n\n{{business_name}}',
    },
    de: {
      subject: 'Ihre Zahlung über {{amount}}',
      body: 'Guten Tag {{customer_name}},\n\nwir haben Ihre Zahlung über {{amount}} am {{paid_on}} für {{reference}} erhalten. Vielen Dank.\n\n{{business_name}}',
    },
  },
  payment_declined: {
    en: {
      subject: 'Your payment of {{amount}} did not go through',
      body: 'Hello {{customer_name}},\n\nyour payment of {{amount}} for {{reference}} did not go through. {{reason}}\n\nNothing was taken from your card.\n\n{{pay_link}}\n\n{{business_name}}',
    },
    de: {
      subject: 'Ihre Zahlung über {{amount}} hat nicht geklappt',
      body: 'Guten Tag {{customer_name}},\n\nIhre Zahlung über {{amount}} für {{reference}} hat nicht geklappt. {{reason}}\n\nIhre Karte wurde nicht belastet.\n\n{{pay_link}}\n\n{{business_name}}',
    },
  },
  refund_sent: {
    en: {
      subject: 'Your refund of {{amount}}',
      body: 'Hello {{customer_name}},\n\nwe have sent {{amount}} back to the card or account that paid for {{reference}}. Your bank may need 5 to 10 days to show it.\n\n{{business_name}}',
    },
    de: {
      subject: 'Ihre Erstattung über {{amount}}',
      body: 'Guten Tag {{customer_name}},\n\nwir haben {{amount}} auf die Karte oder das Konto zurückgegeben, mit dem {{reference}} bezahlt wurde. Ihre Bank braucht dafür manchmal 5 bis 10 Tage.\n\n{{business_name}}',
    },
  },
  refund_failed: {
    en: {
      subject: 'Your refund of {{amount}} could not be delivered',
      body: 'Hello {{customer_name}},\n\nyour bank did not take our refund of {{amount}} for {{reference}}; the card or account may be closed. The money is with us and still yours. Please answer this mail, so that we can send it another way.\n\n{{business_name}}',
    },
    de: {
      subject: 'Ihre Erstattung über {{amount}} kam nicht an',
      body: 'Guten Tag {{customer_name}},\n\nIhre Bank hat unsere Erstattung über {{amount}} für {{reference}} nicht angenommen; vielleicht ist die Karte oder das Konto geschlossen. Das Geld ist bei uns und gehört weiter Ihnen. Bitte antworten Sie auf diese Mail, damit wir es auf anderem Weg senden können.\n\n{{business_name}}',
    },
  },
  invoice: {
    en: {
      subject: 'Invoice {{number}} from {{business_name}}',
      body: 'Hello {{customer_name}},\n\nhere is invoice {{number}} over {{amount}}. Please pay it by {{due_on}}.\n\n{{pay_link}}\n\n{{business_name}}',
    },
    de: {
      subject: 'Rechnung {{number}} von {{business_name}}',
      body: 'Guten Tag {{customer_name}},\n\nhier ist die Rechnung {{number}} über {{amount}}. Bitte zahlen Sie bis zum {{due_on}}.\n\n{{pay_link}}\n\n{{business_name}}',
    },
  },
  due_soon: {
    en: {
      subject: '{{amount}} is due on {{due_on}}',
      body: 'Hello {{customer_name}},\n\n{{amount}} of {{reference}} is due on {{due_on}}. If it is collected from your card by itself, you need not do anything.\n\n{{pay_link}}\n\n{{business_name}}',
    },
    de: {
      subject: '{{amount}} werden am {{due_on}} fällig',
      body: 'Guten Tag {{customer_name}},\n\nam {{due_on}} werden {{amount}} von {{reference}} fällig. Wenn wir den Betrag von selbst von Ihrer Karte einziehen, müssen Sie nichts tun.\n\n{{pay_link}}\n\n{{business_name}}',
    },
  },
  overdue: {
    en: {
      subject: '{{amount}} was due on {{due_on}}',
      body: 'Hello {{customer_name}},\n\n{{amount}} of {{reference}} was due on {{due_on}}, and we have not received it. If you have paid in the last days, thank you: this mail has crossed your payment.\n\n{{pay_link}}\n\n{{business_name}}',
    },
    de: {
      subject: '{{amount}} waren am {{due_on}} fällig',
      body: 'Guten Tag {{customer_name}},\n\nam {{due_on}} waren {{amount}} von {{reference}} fällig, und wir haben sie noch nicht erhalten. Falls Sie in den letzten Tagen gezahlt haben, danke: dann haben sich Mail und Zahlung gekreuzt.\n\n{{pay_link}}\n\n{{business_name}}',
    },
  },
  installment_failed: {
    en: {
      subject: 'We could not collect installment {{part}} of {{reference}}',
      body: 'Hello {{customer_name}},\n\nwe tried to collect {{amount}}, installment {{part}} of {{reference}}, and it did not work. {{reason}}\n\n{{pay_link}}\n\n{{business_name}}',
    },
    de: {
      subject: 'Rate {{part}} von {{reference}} konnte nicht eingezogen werden',
      body: 'Guten Tag {{customer_name}},\n\nwir wollten {{amount}} einziehen, Rate {{part}} von {{reference}}, und das hat nicht geklappt. {{reason}}\n\n{{pay_link}}\n\n{{business_name}}',
    },
  },
  card_expiring: {
    en: {
      subject: 'Your card expires soon',
      body: 'Hello {{customer_name}},\n\nyour card {{card}} expires at the end of {{expires}}. Please add a new one, so that your next payment goes through.\n\n{{portal_link}}\n\n{{business_name}}',
    },
    de: {
      subject: 'Ihre Karte läuft bald ab',
      body: 'Guten Tag {{customer_name}},\n\nIhre Karte {{card}} läuft Ende {{expires}} ab. Bitte hinterlegen Sie eine neue, damit Ihre nächste Zahlung klappt.\n\n{{portal_link}}\n\n{{business_name}}',
    },
  },
  credit_expiring: {
    en: {
      subject: 'Your credit of {{amount}} expires on {{expires_on}}',
      body: 'Hello {{customer_name}},\n\n{{amount}} of your credit can be used until {{expires_on}}.\n\n{{portal_link}}\n\n{{business_name}}',
    },
    de: {
      subject: 'Ihr Guthaben von {{amount}} verfällt am {{expires_on}}',
      body: 'Guten Tag {{customer_name}},\n\n{{amount}} Ihres Guthabens können Sie noch bis zum {{expires_on}} verwenden.\n\n{{portal_link}}\n\n{{business_name}}',
    },
  },
  sign_in: {
    en: {
      subject: 'Your link to sign in at {{business_name}}',
      body: 'Hello {{customer_name}},\n\nwith this link you sign in. It works once, for {{minutes}} minutes.\n\n{{sign_in_link}}\n\nIf you did not ask for it, you need not do anything.\n\n{{business_name}}',
    },
    de: {
      subject: 'Ihr Link zum Anmelden bei {{business_name}}',
      body: 'Guten Tag {{customer_name}},\n\nmit diesem Link melden Sie sich an. Er gilt einmal, {{minutes}} Minuten lang.\n\n{{sign_in_link}}\n\nWenn Sie ihn nicht angefordert haben, müssen Sie nichts tun.\n\n{{business_name}}',
    },
  },
  dispute_inquiry: {
    en: {
      subject: 'Inquiry about a payment of {{amount}}: answer by {{evidence_due}}',
      body: 'A customer’s bank asks about payment {{payment}} ({{amount}}). The reason that it gives is: {{dispute_reason}}.\n\nNothing was taken yet. Answer inquiry {{dispute}} in the Stripe dashboard by {{evidence_due}}, or refund the payment; it may become a dispute otherwise.\n\n{{console_link}}\n\n{{business_name}}',
    },
    de: {
      subject: 'Nachfrage zu einer Zahlung über {{amount}}: Antwort bis {{evidence_due}}',
      body: 'Die Bank eines Kunden fragt nach der Zahlung {{payment}} ({{amount}}). Als Grund nennt sie: {{dispute_reason}}.\n\nNoch wurde nichts abgezogen. Beantworten Sie die Nachfrage {{dispute}} bis {{evidence_due}} im Stripe-Dashboard, oder erstatten Sie die Zahlung; sonst kann eine Anfechtung daraus werden.\n\n{{console_link}}\n\n{{business_name}}',
    },
  },
  dispute_opened: {
    en: {
      subject: 'Dispute over {{amount}}: evidence is due by {{evidence_due}}',
      body: 'A customer’s bank takes back {{amount}} of payment {{payment}}. The reason that it gives is: {{dispute_reason}}.\n\nThe amount and a fee have left the balance at Stripe, and are in the books as a loss until the dispute is won. Hand in evidence for {{dispute}} in the Stripe dashboard by {{evidence_due}}; after that it is lost. Do not refund the payment as well.\n\n{{console_link}}\n\n{{business_name}}',
    },
    de: {
      subject: 'Anfechtung über {{amount}}: Belege bis {{evidence_due}}',
      body: 'Die Bank eines Kunden bucht {{amount}} der Zahlung {{payment}} zurück. Als Grund nennt sie: {{dispute_reason}}.\n\nDer Betrag und eine Gebühr sind vom Guthaben bei Stripe abgezogen und stehen als Verlust in den Büchern, bis die Anfechtung gewonnen ist. Reichen Sie zu {{dispute}} bis {{evidence_due}} im Stripe-Dashboard Belege ein; danach ist sie verloren. Erstatten Sie die Zahlung nicht zusätzlich.\n\n{{console_link}}\n\n{{business_name}}',
    },
  },
  dispute_won: {
    en: {
      subject: 'Dispute over {{amount}} was won',
      body: 'The bank decided dispute {{dispute}} of payment {{payment}} ({{amount}}) for you. What it had taken comes back to the balance at Stripe.\n\n{{console_link}}\n\n{{business_name}}',
    },
    de: {
      subject: 'Anfechtung über {{amount}} gewonnen',
      body: 'Die Bank hat die Anfechtung {{dispute}} der Zahlung {{payment}} ({{amount}}) für Sie entschieden. Was sie abgezogen hatte, kommt auf das Guthaben bei Stripe zurück.\n\n{{console_link}}\n\n{{business_name}}',
    },
  },
  dispute_lost: {
    en: {
      subject: 'Dispute over {{amount}} was lost',
      body: 'The bank decided dispute {{dispute}} of payment {{payment}} ({{amount}}) for the customer. The amount stays in the books as a loss.\n\n{{console_link}}\n\n{{business_name}}',
    },
    de: {
      subject: 'Anfechtung über {{amount}} verloren',
      body: 'Die Bank hat die Anfechtung {{dispute}} der Zahlung {{payment}} ({{amount}}) für den Kunden entschieden. Der Betrag bleibt als Verlust in den Büchern.\n\n{{console_link}}\n\n{{business_name}}',
    },
  },
  dispute_ended: {
    en: {
      subject: 'No dispute over {{amount}} any more',
      body: 'What the customer’s bank asked about payment {{payment}} ({{amount}}) in {{dispute}} is over, and no dispute came of it.\n\n{{console_link}}\n\n{{business_name}}',
    },
    de: {
      subject: 'Keine Anfechtung mehr über {{amount}}',
      body: 'Was die Bank des Kunden zur Zahlung {{payment}} ({{amount}}) in {{dispute}} gefragt hat, ist erledigt; eine Anfechtung wurde nicht daraus.\n\n{{console_link}}\n\n{{business_name}}',
    },
  },
  daily_digest: {
    en: {
      subject: '{{business_name}}: payments of {{day}}',
      body: 'What happened on {{day}}, and what is to be looked at today.\n\n{{figures}}\n\n{{console_link}}\n\nAs of {{as_of}}, from the read models at position {{position}} of the log.\n\n{{business_name}}',
    },
    de: {
      subject: '{{business_name}}: Zahlungen am {{day}}',
      body: 'Was am {{day}} geschah, und was heute anzusehen ist.\n\n{{figures}}\n\n{{console_link}}\n\nStand {{as_of}}, aus den Lesemodellen an Position {{position}} des Protokolls.\n\n{{business_name}}',
    },
  },
  weekly_summary: {
    en: {
      subject: '{{business_name}}: the week from {{first_day}} to {{last_day}}',
      body: 'How what is promised was kept from {{first_day}} to {{last_day}}, and in the week before.\n\n{{objectives}}\n\n{{console_link}}\n\nAs of {{as_of}}, from the read models at position {{position}} of the log.\n\n{{business_name}}',
    },
    de: {
      subject: '{{business_name}}: die Woche vom {{first_day}} bis {{last_day}}',
      body: 'Wie vom {{first_day}} bis {{last_day}} und in der Woche davor gehalten wurde, was versprochen ist.\n\n{{objectives}}\n\n{{console_link}}\n\nStand {{as_of}}, aus den Lesemodellen an Position {{position}} des Protokolls.\n\n{{business_name}}',
    },
  },
};

/** What stands where a customer has no name, and what a link is called; by language. */
const phrases = {
  en: {
    customer: 'there',
    pay_link: 'Pay now',
    portal_link: 'Open your account',
    sign_in_link: 'Sign in',
    console_link: 'Open the console',
  },
  de: {
    customer: '',
    pay_link: 'Jetzt zahlen',
    portal_link: 'Ihr Konto öffnen',
    sign_in_link: 'Anmelden',
    console_link: 'Konsole öffnen',
  },
} as const;

export const ownLanguages: readonly string[] = ['en', 'de'];

function isOwn(language: string): language is Language {
  return ownLanguages.includes(language);
}

/** The program's words; undefined in a language that it does not know. */
export function ownWords(kind: NoticeKind, language: string): NoticeWords | undefined {
  return isOwn(language) ? words[kind][language] : undefined;
}

export function englishWords(kind: NoticeKind): NoticeWords {
  return words[kind].en;
}

/** In English where the language is not the program's own. */
export function phrasesIn(language: string): (typeof phrases)[Language] {
  return isOwn(language) ? phrases[language] : phrases.en;
}

/** `de` of `de-AT`. */
export function languageOf(locale: string | null): string {
  return (locale ?? 'en').split('-')[0]?.toLowerCase() ?? 'en';
}
