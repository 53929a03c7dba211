import { PNG } from 'pngjs';
import { creditNoteSheet } from '../../src/application/document/credit-note-sheet.js';
import type { DocumentLook } from '../../src/application/document/document-look.js';
import { plainLook, wordingOf } from '../../src/application/document/document-look.js';
import { invoiceSheet } from '../../src/application/document/invoice-sheet.js';
import { receiptSheet } from '../../src/application/document/receipt-sheet.js';
import type { Picture, Sheet } from '../../src/application/document/sheet.js';
import type { BillingIdentity } from '../../src/application/ports/billing-identities.js';
import { knownZone } from '../../src/application/shared/zones.js';
import { plainBranding } from '../../src/domain/branding/content.js';
import type { InvoiceCommand } from '../../src/domain/invoice/commands.js';
import type { InvoiceContent, InvoiceLine } from '../../src/domain/invoice/content.js';
import type { CreditReason } from '../../src/domain/invoice/events.js';
import type { ExistingInvoice } from '../../src/domain/invoice/state.js';
import { isIssued } from '../../src/domain/invoice/state.js';
import { plainTemplate } from '../../src/domain/invoice-template/content.js';
import { payment } from '../../src/domain/payment/payment.js';
import { plan } from '../../src/domain/plan/plan.js';
import type { ExistingPlan } from '../../src/domain/plan/state.js';
import { parseCivilDate } from '../../src/domain/shared/civil-date.js';
import type { Currency } from '../../src/domain/shared/currency.js';
import { money } from '../../src/domain/shared/money.js';
import type { Tender } from '../../src/domain/shared/tender.js';
import { readLogo } from '../../src/infrastructure/pdf/read-logo.js';
import {
  at,
  content,
  dec,
  details,
  eur,
  finalizeInvoice,
  line,
  play,
  recordCreditNote,
  recordFinalized,
  requestCreditNote,
  reverseCreditNote,
  simple,
  vat,
} from './invoice-examples.js';
import {
  authorized,
  captured,
  confirmRequested,
  created,
  feeRecorded,
  refundInitiated,
  refundRequested,
  refundSucceeded,
} from './payment-examples.js';

/** Documents of every kind, for tests to read and for people to look at. */

const zone = knownZone('Europe/Paris');

const seller: DocumentLook = {
  ...plainLook,
  branding: {
    ...plainBranding,
    seller: {
      name: 'Atelier Lumière SAS',
      address: ['14 rue des Récollets', '75010 Paris', 'France'],
      taxIds: ['FR 32 123456789'],
      contact: ['billing@atelier-lumiere.example', '+33 1 23 45 67 89'],
    },
    accent: '#0b6e4f',
    footer: [
      'Atelier Lumière SAS · capital 50 000 € · RCS Paris 123 456 789',
      'IBAN FR76 3000 6000 0112 3456 7890 189 · BIC AGRIFRPP',
    ],
  },
};

const buyer: BillingIdentity = {
  name: 'Northwind Analytics Ltd',
  email: 'accounts@northwind.example',
  address: {
    line1: '221B Baker Street',
    line2: 'Second floor',
    city: 'London',
    state: null,
    postalCode: 'NW1 6XE',
    country: 'GB',
  },
  taxIds: [{ type: 'gb_vat', value: 'GB123456789' }],
  locale: 'en-GB',
};

const charge = (quantity: string, unitPrice: string): Pick<InvoiceLine, 'charge'> => ({
  charge: { kind: 'unit', quantity: dec(quantity), unitPrice: dec(unitPrice) },
});
const day = (text: string) => {
  const date = parseCivilDate(text);
  if (date === undefined) throw new TypeError(text);
  return date;
};

const mixedLines: readonly InvoiceLine[] = [
  line('0', {
    description: 'Design of the new onboarding, three rounds of review',
    ...charge('12.5', '95'),
    taxes: [vat('20')],
    discount: { kind: 'percentage', percentage: dec('10') },
  }),
  line('0', {
    description: 'Messages sent',
    charge: {
      kind: 'tiered',
      tiers: [
        { description: '1 to 10,000 messages', quantity: dec('10000'), unitPrice: dec('0.0125') },
        { description: '10,001 to 48,210 messages', quantity: dec('38210'), unitPrice: dec('0.009500125') },
      ],
    },
    taxes: [vat('20')],
    period: { from: day('2026-10-01'), to: day('2026-10-31') },
  }),
  line('0', { description: 'Printed handbook, cloth binding', ...charge('3', '42'), taxes: [vat('5.5')] }),
];

function draftOf(of: InvoiceContent, currency: Currency = 'EUR'): readonly InvoiceCommand[] {
  return [{ type: 'DraftInvoice', at, details: { ...details, currency }, content: of }];
}

export function issueOf(of: InvoiceContent, currency: Currency = 'EUR'): readonly InvoiceCommand[] {
  return [...draftOf(of, currency), finalizeInvoice, recordFinalized()];
}

function stateOf(commands: readonly InvoiceCommand[]): ExistingInvoice {
  const state = play(commands).states.at(-1);
  if (state === undefined || state.status === 'absent') throw new Error('the commands made no invoice');
  return state;
}

export function invoiceExample(
  commands: readonly InvoiceCommand[],
  more: {
    readonly look?: DocumentLook;
    readonly buyer?: BillingIdentity | null;
    readonly locale?: string;
    readonly plan?: ExistingPlan;
  } = {},
): Sheet {
  const { look = seller, plan: ofPlan = null } = more;
  const to = more.buyer === undefined ? buyer : more.buyer;
  const locale = more.locale ?? to?.locale ?? null;
  return invoiceSheet(wordingOf(look, locale), { invoice: stateOf(commands), buyer: to, plan: ofPlan, zone });
}

function creditNoteExample(
  commands: readonly InvoiceCommand[],
  locale = 'en-GB',
  to: BillingIdentity = buyer,
): Sheet {
  const invoice = stateOf(commands);
  const note = isIssued(invoice) ? invoice.creditNotes.at(-1) : undefined;
  if (note === undefined || !isIssued(invoice)) throw new Error('the commands made no credit note');
  return creditNoteSheet(wordingOf(seller, locale), { invoice, note, buyer: to });
}

/** 50.00 of a card, of which 12.34 went back. */
function receiptExample(locale: string, to: BillingIdentity | null, invoice: string | null): Sheet {
  const facts = [
    created,
    ...[confirmRequested(), authorized(), captured(), feeRecorded],
    ...[refundRequested(1, 1_234), refundInitiated(1, 1_234), refundSucceeded(1)],
  ];
  const state = facts.reduce(payment.evolve, payment.initialState);
  if (state.status !== 'captured') throw new Error('nothing was taken');
  return receiptSheet(wordingOf(seller, locale), { payment: state, invoice, buyer: to, zone });
}

function manyLines(count: number): readonly InvoiceLine[] {
  return Array.from({ length: count }, (_, at) =>
    line('0', {
      description: `Item ${at + 1}: ${at % 7 === 3 ? 'a longer description of what was delivered, which takes more than a single line of the column that it stands in' : 'delivered'}`,
      ...charge(((at % 9) + 1).toString(), `${(at * 37) % 500}.${((at * 13) % 90) + 10}`),
      taxes: [vat(at % 3 === 0 ? '5.5' : '20')],
    }),
  );
}

const inLanguage = (
  locale: string,
  name: string,
  address: readonly [string, string, string],
  country: string,
): BillingIdentity => ({
  ...buyer,
  name,
  email: null,
  locale,
  address: { line1: address[0], line2: null, city: address[1], state: null, postalCode: address[2], country },
  taxIds: [],
});

const described = (...texts: readonly string[]): readonly InvoiceLine[] =>
  texts.map((description, at) =>
    line('0', { description, ...charge((at + 1).toString(), '1234.5'), taxes: [vat('15')] }),
  );

const carried = (n: number): string => `0193f1a0-0000-7000-8000-00000000000${n}`;
const tenderOf = (kind: Tender['kind'], n: number): Tender =>
  ({
    card: { kind: 'card', paymentId: `pay_${carried(n)}` as never } as const,
    credit: { kind: 'credit', holdId: `hold_${carried(n)}` as never } as const,
    manual: { kind: 'manual', manualPaymentId: `mp_${carried(n)}` as never } as const,
  })[kind];

const pay = (
  n: number,
  minor: bigint,
  currency: Currency,
  kind: Tender['kind'] = 'card',
): InvoiceCommand => ({
  ...{ type: 'ApplyPayment', at, applicationId: `app_${n}`, collectionId: null, tender: tenderOf(kind, n) },
  amount: money(minor, currency),
});

/** Credit, a card of which a part went back, and a cheque. */
const byEveryTender = (currency: Currency, unit: bigint): readonly InvoiceCommand[] => [
  pay(1, 300n * unit, currency, 'credit'),
  pay(2, 500n * unit, currency),
  pay(3, 200n * unit, currency, 'manual'),
  {
    ...{ type: 'ReversePayment', at, applicationId: 'app_2', reversalId: 'rev_1', cause: 'refunded' },
    amount: money(100n * unit, currency),
  },
];

/** An invoice, credit notes for a reason of few words and of many, and one that takes another one back, in a language. */
export function documentsIn(locale: string): readonly Sheet[] {
  const issued = issueOf(content(mixedLines));
  const requestedFor = (reason: CreditReason) => [
    requestCreditNote(1, { by: 'total', amount: eur(120_001) }, reason),
    recordCreditNote(1),
  ];
  const takenBack = [
    ...requestedFor('early_payment_discount'),
    ...[reverseCreditNote(2, 1), recordCreditNote(2)],
  ];
  const notes = (['order_change', 'early_payment_discount'] as const).map((reason) =>
    creditNoteExample([...issued, ...requestedFor(reason)], locale),
  );
  return [invoiceExample(issued, { locale }), ...notes, creditNoteExample([...issued, ...takenBack], locale)];
}

/** Every kind of page, by its name. */
export function gallery(): Readonly<Record<string, Sheet>> {
  const plain = content(mixedLines, {
    memo: 'Thank you for the good work together. Please name the invoice number with your payment.',
    discount: { kind: 'percentage', percentage: dec('2.5') },
  });
  const wide = content([
    line('0', {
      description: 'Nanoseconds of compute',
      ...charge('999999999.999999999999', '0.000000000123'),
      taxes: [vat('8.25')],
    }),
    line('0', {
      description: 'The largest',
      ...charge('900000000000.5', '9.000000000001'),
      taxes: [vat('8.25')],
    }),
  ]);
  const everything = requestCreditNote(1, { by: 'lines', lines: [3] }, 'returned');
  return {
    'one-page': invoiceExample(issueOf(plain)),
    logo: invoiceExample(issueOf(plain), { look: { ...seller, logo: emblem() } }),
    draft: invoiceExample(draftOf(plain)),
    void: invoiceExample([...issueOf(plain), simple('VoidInvoice')]),
    uncollectible: invoiceExample([...issueOf(plain), simple('MarkUncollectible')]),
    paid: invoiceExample([
      ...issueOf(plain),
      pay(1, 50000n, 'EUR'),
      pay(2, 20000n, 'EUR'),
      everything,
      recordCreditNote(1),
    ]),
    'credit-note': creditNoteExample([...issueOf(plain), everything, recordCreditNote(1)]),
    'credit-note-taken-back': creditNoteExample([
      ...issueOf(plain),
      requestCreditNote(1, { by: 'total', amount: eur(120_001) }, 'early_payment_discount'),
      recordCreditNote(1),
      reverseCreditNote(2, 1),
      recordCreditNote(2),
    ]),
    receipt: receiptExample('en-GB', buyer, 'INV-2026-000006'),
    'receipt-arabic': receiptExample('ar-EG', null, null),
    'credit-note-arabic': creditNoteExample(
      [
        ...issueOf(
          content(described('خدمات استشارية (المرحلة الأولى)', 'ترخيص برنامج Counterfoil لعام 2026')),
          'KWD',
        ),
        requestCreditNote(1, { by: 'total', amount: money(1_234_567n, 'KWD') }),
        recordCreditNote(1),
        reverseCreditNote(2, 1),
        recordCreditNote(2),
      ],
      'ar-EG',
      inLanguage('ar-EG', 'شركة النيل للتجارة', ['شارع التحرير 12', 'القاهرة', '11511'], 'EG'),
    ),
    'credit-note-yen': creditNoteExample(
      [
        ...issueOf(
          content(described('コンサルティング業務（第一期）', 'ソフトウェアの年間ライセンス料')),
          'JPY',
        ),
        requestCreditNote(1, { by: 'total', amount: money(1_000n, 'JPY') }, 'goodwill'),
        recordCreditNote(1),
      ],
      'ja-JP',
      inLanguage('ja-JP', '株式会社山田商事', ['千代田区丸の内1-1-1', '東京', '100-0005'], 'JP'),
    ),
    'lines-40': invoiceExample(issueOf(content(manyLines(40)))),
    'lines-400': invoiceExample(issueOf(content(manyLines(400)))),
    german: invoiceExample(issueOf(plain), { locale: 'de-AT' }),
    arabic: invoiceExample(
      issueOf(
        content(described('خدمات استشارية (المرحلة الأولى)', 'ترخيص برنامج Counterfoil لعام 2026')),
        'KWD',
      ),
      { buyer: inLanguage('ar-EG', 'شركة النيل للتجارة', ['شارع التحرير 12', 'القاهرة', '11511'], 'EG') },
    ),
    hebrew: invoiceExample(
      issueOf(content(described('ייעוץ עסקי (שלב א׳)', 'רישיון שנתי ל-Counterfoil')), 'ILS'),
      {
        buyer: inLanguage('he', 'חברת הגליל בע״מ', ['רחוב הרצל 5', 'חיפה', '3303139'], 'IL'),
      },
    ),
    japanese: invoiceExample(
      issueOf(content(described('コンサルティング業務（第一期）', 'ソフトウェアの年間ライセンス料')), 'JPY'),
      { buyer: inLanguage('ja-JP', '株式会社山田商事', ['千代田区丸の内1-1-1', '東京', '100-0005'], 'JP') },
    ),
    chinese: invoiceExample(issueOf(content(described('咨询服务（第一阶段）', '软件年度许可费用')), 'CNY'), {
      buyer: inLanguage('zh-CN', '北京远景科技有限公司', ['朝阳区建国路88号', '北京', '100022'], 'CN'),
    }),
    korean: invoiceExample(
      issueOf(content(described('컨설팅 서비스 (1단계)', '소프트웨어 연간 라이선스')), 'KRW'),
      {
        buyer: inLanguage('ko', '한빛 주식회사', ['세종대로 110', '서울', '04524'], 'KR'),
      },
    ),
    hindi: invoiceExample(
      issueOf(content(described('परामर्श सेवा (पहला चरण)', 'वार्षिक सॉफ़्टवेयर लाइसेंस')), 'INR'),
      {
        buyer: inLanguage('hi-IN', 'भारत ट्रेडर्स प्राइवेट लिमिटेड', ['महात्मा गांधी मार्ग', 'मुंबई', '400001'], 'IN'),
      },
    ),
    thai: invoiceExample(
      issueOf(
        content(
          described('บริการให้คำปรึกษาด้านการออกแบบระบบการชำระเงินสำหรับร้านค้าออนไลน์ขนาดใหญ่', 'ค่าลิขสิทธิ์ซอฟต์แวร์รายปี'),
        ),
        'THB',
      ),
      { buyer: inLanguage('th', 'บริษัท สยามการค้า จำกัด', ['ถนนสุขุมวิท 21', 'กรุงเทพฯ', '10110'], 'TH') },
    ),
    greek: invoiceExample(
      issueOf(content(described('Συμβουλευτικές υπηρεσίες', 'Ετήσια άδεια λογισμικού'))),
      {
        buyer: inLanguage('el', 'Αιγαίο Εμπορική Α.Ε.', ['Λεωφόρος Κηφισίας 44', 'Αθήνα', '115 23'], 'GR'),
      },
    ),
    russian: invoiceExample(issueOf(content(described('Консультационные услуги', 'Годовая лицензия'))), {
      buyer: inLanguage(
        'ru',
        'ООО «Северный ветер»',
        ['Невский проспект 28', 'Санкт-Петербург', '191186'],
        'RU',
      ),
    }),
    dinar: invoiceExample(issueOf(content(described('Consulting', 'Licence')), 'KWD')),
    yen: invoiceExample(issueOf(content(described('Consulting', 'Licence')), 'JPY')),
    'wide-figures': invoiceExample(issueOf(wide)),
    'long-names': invoiceExample(
      issueOf(
        content([
          line('0', {
            description:
              'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(3),
            ...charge('1', '10'),
          }),
          line('0', { description: 'word '.repeat(200), ...charge('1', '10') }),
        ]),
      ),
      {
        buyer: {
          ...buyer,
          name: `${'Very '.repeat(35)}Long Company`,
          address: buyer.address === null ? null : { ...buyer.address, line1: 'x'.repeat(200) },
        },
      },
    ),
    hostile: invoiceExample(
      issueOf(
        content([
          line('0', {
            description:
              '<script>alert(1)</script> <img src=http://169.254.169.254/> file:///etc/passwd ](javascript:1) %PDF-1.4 (\\) Tj ET',
            ...charge('1', '10'),
          }),
          line('0', {
            description: `rlo \u202e1,000.00 zalgo e${'\u0301'.repeat(60)} bell \u0007 nul \u0000 lone \ud800 emoji 💸 tag \u{e0041} plane-3 \u{30000}`,
            ...charge('1', '10'),
          }),
        ]),
      ),
      {
        buyer: {
          ...buyer,
          name: '"><svg onload=alert(1)>\u200f\u200e',
          email: 'a@b\r\nBcc: all@example.com',
        },
      },
    ),
    inclusive: invoiceExample(
      issueOf(
        content([
          line('0', { description: 'Lunch menu', ...charge('4', '18.50'), taxes: [vat('10', true)] }),
          line('0', { description: 'Wine', ...charge('1', '32'), taxes: [vat('20', true)] }),
        ]),
      ),
    ),
    'many-rates': invoiceExample(
      issueOf(
        content(
          Array.from({ length: 7 }, (_, at) =>
            line('0', {
              description: `Delivery to county ${at + 1}`,
              ...charge('1', '100'),
              taxes: [{ ...vat(`${at + 4}.25`), name: `County tax ${at + 1}`, jurisdiction: `US-CA-${at}` }],
            }),
          ),
        ),
      ),
    ),
    installments: invoiceExample(issueOf(plain), { plan: installments() }),
    'taxed-as-paid': invoiceExample(issueOf({ ...plain, taxPoint: 'payment' }), {
      plan: installments([65_034n, 65_034n, 65_033n]),
    }),
    'every-tender': invoiceExample([
      ...issueOf({ ...plain, taxPoint: 'payment' }),
      ...byEveryTender('EUR', 100n),
    ]),
    'arabic-long': invoiceExample(
      [
        ...issueOf(
          {
            ...content(
              described(
                ...Array.from({ length: 45 }, (_, at) => `خدمات استشارية (المرحلة ${at + 1}) Counterfoil`),
              ),
              { discount: { kind: 'percentage', percentage: dec('2.5') }, memo: 'شكراً لتعاملكم معنا.' },
            ),
            taxPoint: 'payment',
          },
          'KWD',
        ),
        ...byEveryTender('KWD', 1_000n),
      ],
      {
        buyer: inLanguage('ar-EG', 'شركة النيل للتجارة', ['شارع التحرير 12', 'القاهرة', '11511'], 'EG'),
        plan: installments([400_000n, 300_000n, 300_000n], 'KWD', 'التسليم'),
      },
    ),
    'japanese-long': invoiceExample(
      [
        ...issueOf(
          content(
            described(...Array.from({ length: 45 }, (_, at) => `コンサルティング業務（第${at + 1}期）`)),
            {
              memo: 'お取引いただき、ありがとうございます。',
            },
          ),
          'JPY',
        ),
        ...byEveryTender('JPY', 1n),
      ],
      {
        buyer: inLanguage('ja-JP', '株式会社山田商事', ['千代田区丸の内1-1-1', '東京', '100-0005'], 'JP'),
        plan: installments([40_000n, 30_000n, 30_000n], 'JPY', '納品'),
      },
    ),
    'all-columns': invoiceExample(issueOf(plain), {
      look: {
        ...seller,
        template: {
          ...plainTemplate,
          paper: 'LETTER',
          columns: ['number', 'description', 'quantity', 'unit_price', 'discount', 'tax', 'amount'],
          blocks: ['periods', 'tax_table', 'payments', 'payment_plan', 'memo'],
          texts: {
            en: {
              intro: 'We thank you for your order and invoice as agreed:',
              closing: 'Kept according to the law for ten years.',
            },
          },
        },
      },
    }),
  };
}

/** A disc in the colour of the house, as somebody would upload it. */
function emblem(): Picture {
  const [width, height] = [340, 108];
  const png = new PNG({ width, height });
  for (let at = 0; at < width * height; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const inside = (x - 54) ** 2 + (y - 54) ** 2 < 50 ** 2 || (x > 120 && y > 44 && y < 64);
    png.data.set(inside ? [0x0b, 0x6e, 0x4f, 255] : [0, 0, 0, 0], at * 4);
  }
  const read = readLogo(PNG.sync.write(png));
  if ('refusal' in read) throw new Error(read.refusal.code);
  return read.picture;
}

/** @param milestone that the last part waits for; a date where absent */
function installments(
  amounts = [66_667n, 66_666n, 66_666n],
  currency: Currency = 'EUR',
  milestone: string | null = null,
): ExistingPlan {
  const parts = ['2026-12-01', '2027-01-01', '2027-02-01'].map((on, at) => ({
    part: at + 1,
    amount: money(amounts[at] ?? 0n, currency),
    due:
      milestone !== null && at === 2
        ? { kind: 'milestone' as const, name: milestone }
        : { kind: 'date' as const, on: day(on) },
    collect: 'automatic' as const,
  }));
  const state = plan.evolve(plan.initialState, {
    type: 'PlanStarted',
    at,
    version: 1,
    total: money(
      amounts.reduce((sum, each) => sum + each, 0n),
      currency,
    ),
    parts,
    planId: 'plan_1' as never,
    invoiceId: details.invoiceId,
    orderId: null,
    customerId: details.customerId,
    terms: {} as never,
    approvedOn: day('2026-11-01'),
    zone: 'Europe/Paris',
  });
  if (state.status === 'absent') throw new Error('no plan');
  return state;
}
