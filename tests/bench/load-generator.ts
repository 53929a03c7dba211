import { serveParent } from './child-entry.js';
import { sendKeepAlive } from './keep-alive-load.js';
import type { LoadPlan } from './load-plan.js';
import { requestsOf } from './load-requests.js';

/** A process that sends loads, one after the other. */
serveParent<null, LoadPlan>({
  ready: null,
  stop: async () => undefined,
  answer: async (plan) => sendKeepAlive(plan, requestsOf(plan)),
});
