import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { declineWords } from '../../../src/application/notification/decline-words.js';
import { exampleFacts, exampleLinks } from '../../../src/application/notification/example-facts.js';
import { fill, oneLine, unfitness } from '../../../src/application/notification/fill-words.js';
import { noticeKinds, variablesOf } from '../../../src/application/notification/notice-kinds.js';
import {
  englishWords,
  ownLanguages,
  ownWords,
} from '../../../src/application/notification/words-of-notices.js';
import { plainText, writeNotice } from '../../../src/application/notification/write-notice.js';
import { moneyText } from '../../../src/application/shared/money-text.js';
import { knownZone } from '../../../src/application/shared/zones.js';
import { money } from '../../../src/domain/shared/money.js';
import { renderMailHtml } from '../../../src/infrastructure/notification/mail-html.js';

const reader = { name: 'Ada', locale: 'de-AT', language: 'de', zone: knownZone('Europe/Vienna') };
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, ' ');

describe('the words of notices', () => {
  it.each(noticeKinds.flatMap((kind) => ownLanguages.map((language) => [kind, language] as const)))(
    'of %s in %s name nothing that there is not, and leave nothing open',
    (kind, language) => {
      const words = ownWords(kind, language) ?? englishWords(kind);
      expect(unfitness(words, variablesOf(kind))).toBeUndefined();
      const written = writeNotice(kind, words, {
        facts: exampleFacts,
        links: exampleLinks,
        reader: { ...reader, language, locale: language },
        businessName: 'Acme',
      });
      const text = `${written.subject}\n${plainText(written)}`;
      expect(text).not.toMatch(/\{\{|\}\}|undefined|NaN|Invalid/);
      expect(text).toContain('Acme');
    },
  );

  it('show amounts and days as the customer writes them, the day being that of the customer', () => {
    const written = writeNotice('receipt', englishWords('receipt'), {
      facts: {
        amount: { amount: '123456', currency: 'EUR' },
        paid_on: { instant: '2026-10-31T23:30:00.000Z' },
        reference: { text: 'INV-1' },
      },
      links: {},
      reader,
      businessName: 'Acme',
    });
    expect(plain(plainText(written))).toContain('€ 1.234,56 on 1. November 2026 for INV-1');
  });

  it('make a button of a link that stands alone, and leave it out where there is none', () => {
    const of = (links: { pay_link?: string }) =>
      writeNotice('invoice', englishWords('invoice'), {
        facts: exampleFacts,
        links,
        reader: { ...reader, language: 'en' },
        businessName: 'Acme',
      });
    const url = 'https://pay.example/pay/x';
    expect(of({ pay_link: url }).pieces).toContainEqual({ label: 'Pay now', url });
    expect(of({}).pieces.every((piece) => 'text' in piece && piece.text !== '')).toBe(true);
  });

  it.each([
    ['a variable of nothing', 'x {{password}}', 'template_variable_unknown'],
    ['what every object has', 'x {{constructor}}', 'template_variable_unknown'],
    ['a variable of another kind', 'x {{card}}', 'template_variable_unknown'],
    ['code of the template engine', '<%= it.process %> {{amount', 'template_malformed'],
    ['braces that close nothing', 'x }} y', 'template_malformed'],
    ['an expression', '{{ amount.constructor("x") }}', 'template_malformed'],
  ])('%s is refused', (_name, body, code) => {
    expect(unfitness({ subject: 's', body }, variablesOf('receipt'))?.code).toBe(code);
  });

  it('are filled once: what stands in a value stays as it is', () => {
    expect(
      fill(
        '{{a}} {{b}}',
        new Map([
          ['a', '{{b}}'],
          ['b', 'B$&'],
        ]),
      ),
    ).toBe('{{b}} B$&');
  });

  it('hold no line end in a subject, whatever a name holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(oneLine(`a${text}b`)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 50 },
    );
    expect(oneLine('Ada\r\nBcc: eve@example.com')).toBe('Ada Bcc: eve@example.com');
  });

  it('are inert in HTML', () => {
    const name = '<script>alert(1)</script><img src=http://169.254.169.254/ onerror=x>"\'<%= it %>';
    const written = writeNotice('receipt', englishWords('receipt'), {
      facts: { ...exampleFacts, reference: { text: name } },
      links: {},
      reader: { ...reader, name },
      businessName: name,
    });
    const html = renderMailHtml(written, name);
    expect(html).not.toMatch(/<script|<img|onerror=x>/);
    expect(html).toContain('&lt;script&gt;');
    expect(html).toContain('&lt;%= it %&gt;');
  });
});

describe('money in words', () => {
  it.each([
    [12345n, 'USD', 'en-US', '$123.45'],
    [500n, 'JPY', 'en-US', '¥500'],
    [12345n, 'KWD', 'en-US', 'KWD 12.345'],
    [-5n, 'EUR', 'de-DE', '-0,05 €'],
    [9007199254740993123n, 'EUR', 'de-DE', '90.071.992.547.409.931,23 €'],
  ] as const)('%s %s in %s is %s, to the last digit', (minor, currency, locale, text) => {
    expect(plain(moneyText(money(minor, currency), locale))).toBe(text);
  });
});

describe('why a card was declined', () => {
  it('is said in plain words with what to do, and not guessed', () => {
    expect(declineWords('insufficient_funds', 'en')).toMatch(/not enough money/);
    expect(declineWords('insufficient_funds', 'de')).toMatch(/nicht ausreichend gedeckt/);
    for (const code of ['stolen_card', 'lost_card', '__proto__', 'constructor', 'what_is_new']) {
      expect(declineWords(code, 'en')).toMatch(/bank did not say why/);
    }
  });
});
