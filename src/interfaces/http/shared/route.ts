import type { ZodObject, ZodType, z } from 'zod';
import type { ApiKey, Scope } from '../../../application/ports/api-keys.js';
import type { EventMetadata } from '../../../application/ports/event-store.js';
import type { Person } from '../../../domain/shared/person.js';

/** What a request is, apart from what it asks for. */
export type RequestContext = {
  readonly requestId: string;
  /** UUIDv7 of the command this request gives; the same for each execution of one idempotent request. */
  readonly commandId: string;
  /** Who, why and because of what, for the events that the request leads to. */
  readonly metadata: EventMetadata;
  /** The caller's API key, and the person who holds it where that is known; null on public routes. */
  readonly caller: Pick<ApiKey, 'id' | 'holder' | 'scopes'> | null;
  /** The revision of If-Match, on which the client insists. */
  readonly ifRevision: bigint | undefined;
  /** The network that the request came from, as `networkOf` tells it: personal, so it is for limits and never recorded. */
  readonly network: string;
};

/** Of a request to a route that is not public, which has a caller. */
export function personOf({ caller, metadata }: RequestContext): Person {
  return { actor: caller?.id ?? metadata.actor.id, holder: caller?.holder ?? null };
}

/** The context with a reason that came in the body; the header's counts where there is none. */
export function withReason(context: RequestContext, reason: string | undefined): RequestContext {
  if (reason === undefined) return context;
  return { ...context, metadata: { ...context.metadata, reason } };
}

export type Answer = {
  readonly status: number;
  /** Written as JSON; a text or bytes come with their `contentType`. */
  readonly body: unknown;
  readonly contentType?: string;
  readonly etag?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Members of the body that are told this once and not kept for repeats of the request: secrets. */
  readonly toldOnce?: Readonly<Record<string, unknown>>;
};

/** What a request asks for, as its route's schemas read it. */
export type Input<P, Q, B> = { readonly params: P; readonly query: Q; readonly body: B };

export type Call<P, Q, B> = Input<P, Q, B> & { readonly context: RequestContext };

type Documented = { readonly description: string; readonly schema?: ZodType; readonly contentType?: string };

/** HEAD comes with GET. */
type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

type Facts = {
  readonly method: Method;
  /** As Express writes it: `/v1/payments/:id`. */
  readonly path: string;
  /** The second address of the same thing, where there is one. */
  readonly alias?: string;
  readonly tag: string;
  readonly summary: string;
  /** What the API key must be allowed to do; `public` needs no key. */
  readonly scope: Scope | 'public';
  /** Whether a request moves money, and so must carry an Idempotency-Key; every other one but a GET may. */
  readonly idempotency?: 'required';
  /** Most bytes of its body, where that is not the API's common bound. */
  readonly bodyBytesMax?: number;
  /** Answered also while everything else is told to come again: those who watch must see why. */
  readonly vital?: true;
  /** Whether somebody must say in X-Reason why they ask; everybody may. */
  readonly reason?: 'required';
  /** Answers that are no problem, by their status. */
  readonly answers: Readonly<Record<number, Documented>>;
};

/** A route with its schemas forgotten by the compiler: what has been parsed by them is passed back to the handler. */
export type Route = Facts & {
  /** A path that does not fit names nothing that exists, so it is answered 404. */
  readonly params: ZodObject | undefined;
  readonly query: ZodObject | undefined;
  /** Without one, a request that is no GET must come without a body, or with an empty object. */
  readonly body: ZodType | undefined;
  /** Refuses what can be refused before anything begins, and so is not kept under the request's key. */
  validate(input: Input<unknown, unknown, unknown>): void;
  handle(call: Call<unknown, unknown, unknown>): Promise<Answer> | Answer;
};

type Parsed<S> = S extends ZodType ? z.output<S> : undefined;

/** Declares a route: Express and the OpenAPI document are both made from it. */
export function route<
  P extends ZodObject | undefined = undefined,
  Q extends ZodObject | undefined = undefined,
  B extends ZodType | undefined = undefined,
>(
  spec: Facts & {
    readonly params?: P;
    readonly query?: Q;
    readonly body?: B;
    validate?(input: Input<Parsed<P>, Parsed<Q>, Parsed<B>>): void;
    handle(call: Call<Parsed<P>, Parsed<Q>, Parsed<B>>): Promise<Answer> | Answer;
  },
): Route {
  type In = Input<Parsed<P>, Parsed<Q>, Parsed<B>>;
  type Typed = Call<Parsed<P>, Parsed<Q>, Parsed<B>>;
  return {
    ...spec,
    params: spec.params,
    query: spec.query,
    body: spec.body,
    validate: (input) => spec.validate?.(input as In),
    handle: (call) => spec.handle(call as Typed),
  };
}

/** A class that answers some routes; the container makes it. */
export type Controller = { readonly routes: readonly Route[] };
