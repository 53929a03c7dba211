import type { HandleCustomerNews } from '../../src/application/webhook/handle-customer-news.js';

/** For tests of payments alone. */
export const noCustomers: HandleCustomerNews = async () => ({
  status: 'ignored',
  note: 'no customers are kept here',
});
