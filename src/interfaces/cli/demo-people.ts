/** Whom the demo sells to. All of them are made up, and their addresses can receive nothing. */
export type DemoCustomer = {
  readonly name: string;
  readonly currency: 'USD' | 'EUR' | 'JPY';
  readonly locale: string;
  readonly city: string;
  readonly country: string;
};

const people: readonly (readonly [string, DemoCustomer['currency'], string, string, string])[] = [
  ['Ada Lindqvist', 'EUR', 'de-DE', 'Berlin', 'DE'],
  ['Bruno Keller', 'EUR', 'de-AT', 'Vienna', 'AT'],
  ['Camille Roux', 'EUR', 'fr-FR', 'Lyon', 'FR'],
  ['Dario Conti', 'EUR', 'it-IT', 'Turin', 'IT'],
  ['Elena Petrova', 'EUR', 'en-GB', 'Dublin', 'IE'],
  ['Franz Huber GmbH', 'EUR', 'de-DE', 'Munich', 'DE'],
  ['Grace Okafor', 'USD', 'en-US', 'Austin', 'US'],
  ['Harold Finch & Sons', 'USD', 'en-US', 'Boston', 'US'],
  ['Imani Brooks', 'USD', 'en-US', 'Denver', 'US'],
  ['Jorge Ramírez', 'USD', 'es-US', 'Miami', 'US'],
  ['Kate Whitfield', 'USD', 'en-US', 'Seattle', 'US'],
  ['Lakeside Clinic', 'USD', 'en-US', 'Chicago', 'US'],
  ['Miles Tanaka', 'USD', 'en-US', 'San Jose', 'US'],
  ['Northwind Studio', 'USD', 'en-CA', 'Toronto', 'CA'],
  ['Olivia Marsh', 'USD', 'en-US', 'Portland', 'US'],
  ['Peregrine Labs', 'USD', 'en-US', 'New York', 'US'],
  ['佐藤 由美', 'JPY', 'ja-JP', '東京', 'JP'],
  ['高橋 健', 'JPY', 'ja-JP', '大阪', 'JP'],
  ['株式会社みどり', 'JPY', 'ja-JP', '京都', 'JP'],
  ['Quentin Moreau', 'EUR', 'fr-BE', 'Liège', 'BE'],
];

export const demoCustomers: readonly DemoCustomer[] = people.map(
  ([name, currency, locale, city, country]) => ({
    ...{ name, currency, locale, city, country },
  }),
);

export const demoGoods = [
  'Walnut desk',
  'Oak bookshelf',
  'Reading chair',
  'Floor lamp',
  'Standing desk',
  'Dining table',
  'Assembly on site',
  'Delivery',
] as const;

/** Cards that the simulator declines, with how often each comes up among ten declines. */
export const demoDeclines: readonly string[] = [
  ...new Array<string>(4).fill('pm_card_visa_chargeDeclinedInsufficientFunds'),
  ...new Array<string>(3).fill('pm_card_chargeDeclined'),
  ...new Array<string>(2).fill('pm_card_chargeDeclinedExpiredCard'),
  'pm_card_chargeDeclinedIncorrectCvc',
];
