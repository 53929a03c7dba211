import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Secret, TOTP } from 'otpauth';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { field, items } from '../support/api-client.js';
import { chromiumPath, launchChromium, newContext } from '../support/chromium.js';
import type { RunningApp } from '../support/counterfoil.js';
import { startApp } from '../support/counterfoil.js';
import { eventually } from '../support/eventually.js';
import { createPageLooks, takesScreenshots } from '../support/page-looks.js';
import { newestThings, thingsWithPages } from '../support/things-with-pages.js';

const password = 'correct horse battery staple';
const story = chromiumPath === undefined ? describe.skip : describe;

story('the console in a browser', () => {
  let app: RunningApp;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let totp: TOTP;
  let paymentId = '';
  let looks: Awaited<ReturnType<typeof createPageLooks>>;
  /** What the browser complained of: a script that the policy stopped, a file that is missing. */
  const complaints: string[] = [];

  beforeAll(async () => {
    const approval = { COUNTERFOIL_REFUND_APPROVAL_FROM: '1000' };
    const history = takesScreenshots ? { COUNTERFOIL_DEMO_HISTORY: 'on' } : {};
    [app, browser, looks] = await Promise.all([
      startApp('Postgres', { ...approval, ...history }),
      launchChromium(),
      createPageLooks(['/admin']),
    ]);
    await app.demoHistory?.done;
    context = await newContext(browser, {
      viewport: { width: 1280, height: 860 },
      timezoneId: 'Europe/Vienna',
    });
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    paymentId = await pay(5_000);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  async function pay(amount: number, method = 'pm_card_visa'): Promise<string> {
    const body = {
      amount,
      currency: 'USD',
      payment_method: method,
      confirm: true,
      description: 'A compiler',
    };
    const answer = await app.api.post('/v1/payments', body);
    return String(answer.body['id'] ?? '');
  }

  /** Nothing for axe to find, and nothing wider than a narrow screen. */
  async function look(name?: string): Promise<void> {
    expect(await looks.look(page, name)).toEqual([]);
  }

  async function signIn(): Promise<void> {
    await page.goto(`${app.url}/admin/sign-in`);
    await page.fill('#email', 'ada@example.com');
    await page.fill('#password', password);
    await page.click('main button');
  }

  it('lets the first owner in by the link, who sets up a second step and signs in with it', async () => {
    await page.goto(app.ownerLink ?? '');
    await look();
    await page.fill('#name', 'Ada Lovelace');
    await page.fill('#email', 'ada@example.com');
    await page.fill('#password', password);
    await page.fill('#repeated', password);
    await page.click('main button');
    await page.waitForURL('**/admin/sign-in');
    await look();
    await signIn();
    await page.waitForURL('**/admin');
    await page.goto(`${app.url}/admin/account/second-step`);
    await look();
    const key = (await page.textContent('#key')) ?? '';
    totp = new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) });
    // The code of the step before is taken too, which leaves the present one for signing in.
    await page.fill('#code', totp.generate({ timestamp: Date.now() - 30_000 }));
    await page.click('main button');
    await page.waitForURL('**/admin/account');
    await page.click('.who button');
    await page.waitForURL('**/admin/sign-in');
    await signIn();
    await page.waitForURL('**/second-step');
    await look();
    await page.fill('#code', totp.generate());
    await page.click('main button');
    await page.waitForURL('**/admin');
    expect(await page.textContent('h1')).toBe('Overview');
  });

  it('moves the overview when a payment is made, without a reload', async () => {
    await page.evaluate('window.sameDocument = true');
    const declined = await pay(31_415, 'pm_card_visa_chargeDeclinedInsufficientFunds');
    await page.waitForSelector('#feed >> text=314.15 USD');
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    expect(declined).toBeDefined();
  });

  it('refunds a part of a payment with a reason', async () => {
    await page.goto(`${app.url}/admin/payments/${paymentId}`);
    await page.click('summary:text-is("Refund")');
    const form = page.locator('form[action$="/refund"]');
    await form.locator('[name=amount]').fill('12.50');
    await form.locator('[name=reason]').fill('Broken in the post');
    await form.locator('button').click();
    await page.waitForSelector('[role=status]');
    await page.waitForLoadState();
    expect(await page.textContent('main')).toContain('“Broken in the post”');
    // The reader's zone, as the browser told it; the UTC stands in the title.
    const time = page.locator('ol.timeline time').first();
    const [shown, utc] = [await time.textContent(), await time.getAttribute('title')];
    const inVienna = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Europe/Vienna',
      hour: '2-digit',
      minute: '2-digit',
    });
    expect(shown).toContain(inVienna.format(new Date(utc ?? '')));
    const { body } = await app.api.get(`/v1/payments/${paymentId}`);
    expect(body['amount_refunded']).toBe(1_250);
  });

  /** Somebody with a browser of their own, who came by a link and signed in. */
  async function colleague(): Promise<Page> {
    const email = 'grace@example.com';
    const invited = await app.api.post('/v1/users', { email, name: 'Grace Hopper', role: 'finance' });
    const own = await (await browser.newContext()).newPage();
    own.setDefaultTimeout(60_000);
    await own.goto(`${app.url}${invited.body['link']}`);
    await own.fill('#password', password);
    await own.fill('#repeated', password);
    await own.click('main button');
    await own.waitForURL('**/admin/sign-in');
    await own.fill('#email', email);
    await own.fill('#password', password);
    await own.click('main button');
    await own.waitForURL('**/admin');
    return own;
  }

  it('refunds a large payment only when a second person has approved it', async () => {
    const at = `/admin/payments/${await pay(250_000)}`;
    await page.goto(`${app.url}${at}`);
    await page.click('summary:text-is("Refund")');
    const form = page.locator('form[action$="/refund"]');
    await form.locator('[name=reason]').fill('Two compilers were one too many');
    await form.locator('button').click();
    await page.waitForSelector('[role=status]:has-text("waits until another person approves it")');
    await page.waitForLoadState();
    expect(await page.textContent('main')).toContain('you asked for it, so another person has to approve it');
    expect(await page.locator('form[action$="/approve"]').count()).toBe(0);
    await look('payment-that-waits-for-approval');
    const other = await colleague();
    await eventually(
      async () => {
        await other.goto(`${app.url}/admin/refunds`);
        await other.click('text=What waits for approval');
        return other.locator(`a[href="${at}"]`).count();
      },
      (found) => found === 1,
    );
    await other.click(`a[href="${at}"]`);
    await other.click('summary:text-is("Approve the refund of 2500.00 USD")');
    const approval = other.locator('form[action$="/approve"]');
    await approval.locator('[name=reason]').fill('I called the customer');
    await approval.locator('button').click();
    await other.waitForSelector('[role=status]:has-text("The refund is approved.")');
    await other.waitForLoadState();
    const told = await other.textContent('main');
    for (const said of ['Two compilers were one too many', 'I called the customer', 'Grace Hopper'])
      expect(`${told} ${await other.textContent('.who')}`).toContain(said);
    const { body } = await app.api.get(at.replace('/admin/', '/v1/'));
    expect(body['status']).toBe('refunded');
    await other.context().close();
  });

  /** A customer with a card that works, and a payment of theirs with one that does not. */
  async function declinedPayment(): Promise<string> {
    const customer = String((await app.api.post('/v1/customers', { name: 'Mary Jackson' })).body['id']);
    const setup = await app.api.post(`/v1/customers/${customer}/setup_intents`, {});
    const intent = String(field(setup.body, 'provider', 'setup_intent'));
    await app.simulator.post(`/sim/setup_intents/${intent}/confirm`, { payment_method: 'pm_card_visa' });
    await eventually(
      async () => items(await app.api.get(`/v1/customers/${customer}/payment_methods`)).length,
      (saved) => saved === 1,
    );
    const answer = await app.api.post('/v1/payments', {
      ...{ amount: 73_500, currency: 'USD', customer, confirm: true },
      payment_method: 'pm_card_visa_chargeDeclinedInsufficientFunds',
    });
    return String(answer.body['id']);
  }

  it('leads from a failed payment to its reason, its recovery and its trail', async () => {
    const at = `/admin/payments/${await declinedPayment()}`;
    await page.goto(`${app.url}/admin`);
    await page.click('.side nav >> text=Payments');
    await eventually(
      async () => {
        await page.selectOption('#f-declined', 'yes');
        await page.click('main form[role=search] button');
        return page.locator(`main a[href="${at}"]`).count();
      },
      (found) => found === 1,
    );
    await look('payments-declined');
    await page.click(`main a[href="${at}"]`);
    await page.waitForSelector('.told.bad:has-text("insufficient funds")');
    await page.click('summary:text-is("Try again with a saved card")');
    await look('payment-that-failed');
    const form = page.locator('form[action$="/confirm"]');
    expect(await form.locator('select option').allTextContents()).toEqual([
      expect.stringContaining('Visa ending in 4242'),
    ]);
    await form.locator('[name=reason]').fill('The customer asked for the other card');
    await form.locator('button').click();
    await page.waitForSelector('[role=status]:has-text("The payment is now: succeeded.")');
    await page.waitForLoadState();
    expect(await page.locator('.told.bad').count()).toBe(0);
    const attempts = page.locator('table:has(caption:text-is("Attempts")) tbody .chip');
    expect(await attempts.allTextContents()).toEqual(['failed', 'authorized']);
    await look('payment-that-was-recovered');
    await page.goto(`${app.url}/admin/audit?stream=${at.replace('/admin/payments/', 'payment-')}`);
    const trail = (await page.locator('main tbody .wide').allTextContents()).map(
      (told) => told.split('.')[0],
    );
    for (const sentence of [/^Created a payment of 735/, /insufficient funds/, /^Captured 735/])
      expect(trail.filter((told) => sentence.test(told ?? ''))).toHaveLength(1);
    expect(await page.textContent('main')).toContain('“The customer asked for the other card”');
    await look('audit-trail');
  });

  it('moves through the history of a payment by the slider, without a reload', async () => {
    await page.goto(`${app.url}/admin/audit/state?stream=payment-${paymentId}`);
    await page.evaluate('window.sameDocument = true');
    await page.locator('#at').fill('1');
    await page.waitForSelector('#revision:text-is("Revision 1")');
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    expect(await page.textContent('#state')).toContain('confirming');
    expect(page.url()).toContain('at=1');
    await look('state-at-a-time');
  });

  it('saves a filter by the keyboard, and comes back to it', async () => {
    await page.goto(`${app.url}/admin/payments?status=succeeded`);
    await page.focus('#filter-name');
    await page.keyboard.type('Paid');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=status]');
    await page.goto(`${app.url}/admin/payments`);
    await page.focus('.saved-filters a');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/admin/payments?status=succeeded');
    await page.waitForSelector('.saved-filters a[aria-current]:text-is("Paid")');
  });

  it('stays signed in when a link on another site leads to it', async () => {
    const mail = 'http://mail.example/';
    const address = `${app.url}/admin/payments/${paymentId}`;
    await page.route(mail, (route) =>
      route.fulfill({ contentType: 'text/html', body: `<a href="${address}">An alert</a>` }),
    );
    await page.goto(mail);
    await page.click('a');
    await page.waitForSelector('.who >> text=Ada Lovelace');
    expect(page.url()).toBe(address);
    await page.goto(`${app.url}/admin/refunds`);
    expect(await page.textContent('h1')).toBe('Refunds');
  });

  it('shows what it tells once, what a replay found, and that a link is over', async () => {
    await page.goto(`${app.url}/admin/api-keys`);
    const form = page.locator('form[action="/admin/api-keys"]');
    await form.locator('[name=name]').fill('Shop');
    await form.locator('[value="payments:read"]').check();
    await form.locator('[name=reason]').fill('The new shop');
    await form.locator('button').click();
    await page.waitForSelector('#secret');
    await look('told-once');
    await page.goto(`${app.url}/admin/audit/replay`);
    await page.selectOption('#projection', 'payments');
    await page.fill('#reason', 'The quarter ends');
    await page.click('main form button');
    await page.waitForSelector('main .chip:text-is("the same")');
    await look('audit-replay-report');
    const gone = await (await newContext(browser)).newPage();
    await gone.goto(`${app.url}/admin/welcome/${'a'.repeat(43)}`);
    expect(await gone.textContent('main')).toContain('A link works once');
    expect(await looks.look(gone, 'void-link')).toEqual([]);
    await gone.context().close();
  });

  it('was never refused anything by its own policy', () => {
    expect(complaints).toEqual([]);
  });

  /** Every page of the way around, the forms, and a page about a thing of each kind. */
  async function addresses(): Promise<readonly string[]> {
    await page.goto(`${app.url}/admin`);
    const ways = await page
      .locator('.side nav a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
    expect(ways.length).toBeGreaterThan(20);
    const others = [
      '/payments?status=succeeded',
      '/manual-payments/record',
      '/invoices/new',
      '/credits/grant',
      '/customers/new',
      '/notification-templates/write',
      '/notification-templates/receipt/en',
      '/branding/edit',
      '/invoice-templates/new',
      '/plans/start',
      '/search?q=50.00',
      '/webhooks/replay',
      '/audit/integrity/new',
      // The form does not tell whether there is such a penalty.
      '/limits/lim_0193f1a0-0000-7000-8000-00000000dead/pardon',
      '/nothing',
      `/payments/${paymentId}`,
      `/audit/state?stream=payment-${paymentId}&at=3`,
      ...(takesScreenshots ? await newestThings(app.api) : []),
      ...(await thingsWithPages(app.api)),
    ];
    return [...ways, ...others.map((address) => `/admin${address}`)];
  }

  it(
    'has nothing for axe to complain of on any page, light or dark, and fits into 360 pixels',
    async () => {
      const left = [...(await addresses())];
      const found: string[] = [];
      // Two at a time, for most of it is the browser's own work.
      const lookAtThem = async (own: Page) => {
        for (let address = left.shift(); address !== undefined; address = left.shift()) {
          await own.goto(`${app.url}${address}`);
          found.push(...(await looks.look(own)));
        }
      };
      const second = await context.newPage();
      await Promise.all([lookAtThem(page), lookAtThem(second)]);
      await second.close();
      expect(found).toEqual([]);
      // A page that is added is added here: to the way around, or to the addresses.
      expect(looks.missed()).toEqual([]);
    },
    takesScreenshots ? 600_000 : 240_000,
  );

  /** Moves on by the keyboard until something that is shown to have the focus matches. */
  async function tabTo(selector: string): Promise<void> {
    for (let stops = 0; stops < 120; stops += 1) {
      await page.keyboard.press('Tab');
      const [matches, isSeen, where] = await page.evaluate<readonly [boolean, boolean, string]>(`(() => {
        const at = document.activeElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(at);
        const { left, right, bottom } = at.getBoundingClientRect();
        const isOutlined = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
        const isSeen = isOutlined && left >= 0 && right > left && bottom > 0;
        return [at.matches(${JSON.stringify(selector)}), isSeen, at.outerHTML.slice(0, 120)];
      })()`);
      expect([where, isSeen]).toEqual([where, true]);
      if (matches) return;
    }
    throw new Error(`the keyboard does not come to ${selector}`);
  }

  it('takes somebody with a keyboard alone from the list to a refund', async () => {
    const id = await pay(2_000);
    await page.goto(`${app.url}/admin/payments?status=succeeded`);
    await eventually(
      async () => {
        await page.reload();
        return page.locator(`main a[href="/admin/payments/${id}"]`).count();
      },
      (found) => found === 1,
    );
    await tabTo('a.skip');
    await page.keyboard.press('Enter');
    // The way around is left out: what comes next is of the content.
    await tabTo('main *');
    await tabTo(`a[href="/admin/payments/${id}"]`);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/admin/payments/${id}`);
    await tabTo('a.skip');
    await page.keyboard.press('Enter');
    await tabTo('details.action:has(form[action$="/refund"]) summary');
    await page.keyboard.press('Enter');
    await tabTo('form[action$="/refund"] [name=amount]');
    await page.keyboard.type('5.00');
    await tabTo('form[action$="/refund"] [name=reason]');
    await page.keyboard.type('Too many keys');
    await tabTo('form[action$="/refund"] button');
    await page.keyboard.press('Space');
    await page.waitForSelector('[role=status]');
    expect((await app.api.get(`/v1/payments/${id}`)).body['amount_refunded']).toBe(500);
  });
});
