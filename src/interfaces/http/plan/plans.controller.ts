import { inject, injectable } from 'inversify';
import type { z } from 'zod';
import type { InvoiceOperations } from '../../../application/invoice/invoice-operations.js';
import { planIdOf } from '../../../application/plan/plan-ids.js';
import type { PlanHandler } from '../../../application/plan/plan-tasks.js';
import type { StartPlan } from '../../../application/plan/start-plan.js';
import type { Clock } from '../../../application/ports/clock.js';
import type { CustomerZones } from '../../../application/ports/customer-zones.js';
import type { PaymentGateway } from '../../../application/ports/payment-gateway.js';
import type { PlanQueries, PlanRow } from '../../../application/ports/plan-queries.js';
import type { Projections } from '../../../application/ports/read-models.js';
import type { Loaded } from '../../../application/shared/command-handler.js';
import { civilDateIn, knownZone } from '../../../application/shared/zones.js';
import type { PlanCommand } from '../../../domain/plan/commands.js';
import type { ExistingPlan, PlanState } from '../../../domain/plan/state.js';
import type { CivilDate } from '../../../domain/shared/civil-date.js';
import type { PlanId } from '../../../domain/shared/ids.js';
import type { Instant } from '../../../domain/shared/instant.js';
import { money } from '../../../domain/shared/money.js';
import { schedule } from '../../../domain/shared/plan-schedule.js';
import { expandCustomerQuery } from '../customer/customers.schemas.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { zoneOfCustomer } from '../shared/customer-zone.js';
import { acceptedBy, ifRevision } from '../shared/handled.js';
import { createdIn, listAnswer, pageOf } from '../shared/lists.js';
import { findPayable } from '../shared/payable-invoice.js';
import { Refused, refused } from '../shared/problem.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { route, withReason } from '../shared/route.js';
import { planObject, planRowOf } from './plan-object.js';
import { problemOfPlanRejection } from './plan-problems.js';
import {
  cancelPlanBody,
  createPlanBody,
  listPlansQuery,
  milestoneBody,
  pausePlanBody,
  planListSchema,
  planParams,
  planSchema,
  prepayPlanBody,
  previewPlanBody,
  previewSchema,
  reschedulePlanBody,
} from './plans.schemas.js';
import { partsOf, termsOf } from './terms.schemas.js';
import { termsObject } from './terms-object.js';

const shown = { description: 'The plan.', schema: planSchema };

/** When which part of an invoice is to be paid. */
@injectable()
export class PlansController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.planHandler) private readonly plans: PlanHandler,
    @inject(httpTokens.startPlan) private readonly startPlan: StartPlan,
    @inject(httpTokens.invoiceOperations) private readonly invoices: InvoiceOperations,
    @inject(httpTokens.paymentGateway) private readonly gateway: PaymentGateway,
    @inject(httpTokens.customerZones) private readonly zones: CustomerZones,
    @inject(httpTokens.planQueries) private readonly queries: PlanQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/payment_plans',
      tag: 'Payment plans',
      summary: 'Start the plan of an invoice; an invoice has one',
      scope: 'plans:write',
      body: createPlanBody,
      answers: { 201: shown },
      handle: ({ body, context }) => this.create(body, context),
    }),
    route({
      method: 'post',
      path: '/v1/payment_plans/preview',
      tag: 'Payment plans',
      summary: 'What the parts of a total would be under some terms; nothing is kept',
      scope: 'plans:read',
      body: previewPlanBody,
      answers: { 200: { description: 'The parts.', schema: previewSchema } },
      handle: ({ body }) => this.preview(body),
    }),
    route({
      method: 'get',
      path: '/v1/payment_plans',
      tag: 'Payment plans',
      summary: 'List payment plans with their parts, newest first',
      scope: 'plans:read',
      query: listPlansQuery,
      answers: { 200: { description: 'A page of plans.', schema: planListSchema } },
      handle: ({ query }) => this.list(query),
    }),
    route({
      method: 'get',
      path: '/v1/payment_plans/:id',
      tag: 'Payment plans',
      summary: 'A payment plan, as it is now',
      scope: 'plans:read',
      params: planParams,
      query: expandCustomerQuery,
      answers: { 200: shown },
      handle: async ({ params }) => this.answer(200, await this.plans.load(params.id)),
    }),
    route({
      method: 'post',
      path: '/v1/payment_plans/:id/reschedule',
      tag: 'Payment plans',
      summary: 'Move a part behind the last one, or arrange all that is open anew',
      scope: 'plans:write',
      params: planParams,
      body: reschedulePlanBody,
      answers: { 200: shown },
      handle: ({ params, body, context }) =>
        this.change(params.id, withReason(context, body.reason), ({ at, today, state }) =>
          body.action === 'skip'
            ? { type: 'SkipPart', at, today, part: body.part, to: body.to ?? null }
            : { type: 'Replan', at, today, parts: partsOf(body.parts, state.total.currency) },
        ),
    }),
    route({
      method: 'post',
      path: '/v1/payment_plans/:id/prepay',
      tag: 'Payment plans',
      summary: 'Make the next parts due now, or all of them',
      scope: 'plans:write',
      params: planParams,
      body: prepayPlanBody,
      answers: { 200: shown },
      handle: ({ params, body, context }) =>
        this.change(params.id, context, ({ at, today }) => {
          return { type: 'PrepayParts', at, today, count: body.parts ?? null };
        }),
    }),
    route({
      method: 'post',
      path: '/v1/payment_plans/:id/milestones',
      tag: 'Payment plans',
      summary: 'Say that a milestone was reached; the parts that wait for it fall due',
      scope: 'plans:write',
      params: planParams,
      body: milestoneBody,
      answers: { 200: shown },
      handle: ({ params, body, context }) =>
        this.change(params.id, context, ({ at, today }) => {
          return { type: 'ReachMilestone', at, today, name: body.name };
        }),
    }),
    route({
      method: 'post',
      path: '/v1/payment_plans/:id/pause',
      tag: 'Payment plans',
      summary:
        'Let no date count, as while the invoice is disputed: nothing falls due, is missed or costs a late fee',
      scope: 'plans:write',
      params: planParams,
      body: pausePlanBody,
      answers: { 200: shown },
      handle: ({ params, body, context }) =>
        this.change(params.id, withReason(context, body.reason), ({ at, today }) => {
          return { type: 'PausePlan', at, today };
        }),
    }),
    route({
      method: 'post',
      path: '/v1/payment_plans/:id/resume',
      tag: 'Payment plans',
      summary: 'Let dates count again, each later by the days that the plan stood still',
      scope: 'plans:write',
      params: planParams,
      body: pausePlanBody,
      answers: { 200: shown },
      handle: ({ params, body, context }) =>
        this.change(params.id, withReason(context, body.reason), ({ at, today }) => {
          return { type: 'ResumePlan', at, today };
        }),
    }),
    route({
      method: 'post',
      path: '/v1/payment_plans/:id/cancel',
      tag: 'Payment plans',
      summary: 'Ask for nothing more; says what of the money paid can go back',
      scope: 'plans:write',
      params: planParams,
      body: cancelPlanBody,
      answers: { 200: shown },
      handle: ({ params, body, context }) =>
        this.change(params.id, withReason(context, body.reason), ({ at }) => ({ type: 'CancelPlan', at })),
    }),
  ];

  private async create(body: z.output<typeof createPlanBody>, context: RequestContext): Promise<Answer> {
    const { invoice: invoiceId } = body;
    const planId = planIdOf(invoiceId);
    const { state } = await this.plans.load(planId);
    // Once a plan has begun, what it was started with counts, and not what is left of its invoice.
    const started = state.status === 'absent' ? null : state;
    const { customerId, orderId, payable, revision } =
      started === null
        ? await findPayable(this.invoices, invoiceId)
        : { ...started.details, payable: started.total, revision: started.details.invoiceRevision };
    const { currency } = payable;
    const zone = body.time_zone ?? (await zoneOfCustomer(this.zones, customerId));
    const at = this.clock.now();
    const terms = termsOf(body.terms, currency, this.gateway.stepOf(currency));
    const approvedOn = civilDateIn(knownZone(zone), at);
    const handled = await this.startPlan(
      {
        type: 'StartPlan',
        at,
        details: {
          ...{ planId, invoiceId, orderId, customerId, terms, approvedOn, zone },
          ...(revision === undefined ? {} : { invoiceRevision: revision }),
        },
        total: payable,
      },
      terms.creditLimit,
      context.metadata,
      ifRevision(context),
    );
    return this.answer(201, acceptedBy(handled, problemOfPlanRejection));
  }

  private preview(body: z.output<typeof previewPlanBody>): Answer {
    const { currency } = body;
    const total = money(body.amount, currency);
    const terms = termsOf(body.terms, currency, this.gateway.stepOf(currency));
    const approvedOn = body.approved_on ?? civilDateIn(knownZone(body.time_zone ?? 'UTC'), this.clock.now());
    const made = schedule(terms, total, approvedOn);
    if (made.outcome === 'refused') throw new Refused(problemOfPlanRejection(made.refusal));
    const parts = made.parts.map(({ part, amount, due, collect }) => ({
      part,
      amount: amount.minor,
      due_on: due.kind === 'date' ? due.on : null,
      milestone: due.kind === 'milestone' ? due.name : null,
      collect,
    }));
    return {
      status: 200,
      body: {
        object: 'payment_plan_preview',
        currency,
        total: total.minor,
        approved_on: approvedOn,
        parts,
        terms: termsObject(terms),
      },
    };
  }

  /** Gives a command on the day that it is in the plan's own zone. */
  private async change(
    id: PlanId,
    context: RequestContext,
    command: (on: {
      readonly at: Instant;
      readonly today: CivilDate;
      readonly state: ExistingPlan;
    }) => PlanCommand,
  ): Promise<Answer> {
    const { state } = existing(await this.plans.load(id));
    const at = this.clock.now();
    const today = civilDateIn(knownZone(state.details.zone), at);
    const handled = await this.plans.handle(
      id,
      command({ at, today, state }),
      context.metadata,
      ifRevision(context),
    );
    return this.answer(200, acceptedBy(handled, problemOfPlanRejection));
  }

  private async answer(status: number, loaded: Loaded<PlanState>): Promise<Answer> {
    const { state, revision } = existing(loaded);
    const { state: invoice } = await this.invoices.load(state.details.invoiceId);
    const body = planObject(planRowOf(state, revision), invoice, this.settings.livemode);
    return { status, body, etag: `"${revision}"` };
  }

  private async list(query: z.output<typeof listPlansQuery>): Promise<Answer> {
    const { status = null, customer = null, order = null, invoice = null } = query;
    const page = await this.queries.list({
      ...pageOf(query),
      ...createdIn(query),
      status,
      customer,
      order,
      invoice,
    });
    const { livemode } = this.settings;
    const invoices = new Map(
      await Promise.all(
        page.rows.map(async ({ invoice }) => [invoice, (await this.invoices.load(invoice)).state] as const),
      ),
    );
    const shown = (row: PlanRow) =>
      planObject(row, invoices.get(row.invoice) ?? { status: 'absent' }, livemode);
    return listAnswer('/v1/payment_plans', page, shown, {
      lagMs: this.projections.lagMs(),
    });
  }
}

function existing({ state, revision }: Loaded<PlanState>): {
  readonly state: ExistingPlan;
  readonly revision: bigint;
} {
  if (state.status !== 'absent' && revision !== null) return { state, revision };
  throw refused('resource_missing', { detail: 'There is no such payment plan.' });
}
