import type { ZodObject, z } from 'zod';
import type { Scope } from '../../../../application/ports/api-keys.js';
import type { OutsideSources } from '../../shared/security-headers.js';
import type { CookieToSet, SameSite } from './cookies.js';

/** What a page is asked with, apart from what it is asked for. */
export type PageContext = {
  readonly requestId: string;
  /** UUIDv7 of the command that a form gives; the same however often the form is sent. */
  readonly commandId: string;
  /** The network that the request came from: personal, so it is for limits and sessions. */
  readonly network: string;
  readonly userAgent: string;
  /** What the area's cookie holds, whether or not anybody is signed in by it. */
  readonly sessionToken: string | undefined;
  /** The path that was asked for, with its query. */
  readonly address: string;
  /** IANA name of the reader's time zone. */
  readonly zone: string;
  /** `https://pay.example`: how the reader reached us. */
  readonly origin: string;
  /** What a cookie of ours holds that is not the area's own. */
  cookie(name: string): string | undefined;
};

/** What a reader is told once, on the page after a form. */
export type Told = { readonly kind: 'good' | 'bad'; readonly text: string };

type Session = { readonly token: string; readonly maxAgeSeconds: number } | 'ended';

export type PageAnswer =
  | {
      readonly kind: 'page';
      readonly template: string;
      readonly title: string;
      readonly data: Readonly<Record<string, unknown>>;
      /** 200 by default. */
      readonly status?: number;
      readonly told?: Told;
      readonly session?: Session;
      /** Beside the area's own. */
      readonly cookies?: readonly CookieToSet[];
      /** What the page's policy lets in from elsewhere; nothing by default. */
      readonly outside?: OutsideSources;
    }
  | {
      readonly kind: 'redirect';
      /** A path of ours. */
      readonly to: string;
      readonly told?: Told;
      readonly session?: Session;
    }
  | {
      readonly kind: 'away';
      /** An address elsewhere; a link leads here, since a form's policy lets it lead to ourselves only. */
      readonly to: string;
      readonly cookies: readonly CookieToSet[];
    }
  | {
      readonly kind: 'file';
      readonly contentType: string;
      /** Letters, digits, `-`, `_` and `.`. */
      readonly fileName: string;
      readonly body: string | Buffer;
      /** Whether the browser shows it, where it can. */
      readonly inline?: true;
    }
  | {
      /** A file of any length: pieces are asked for as fast as the reader takes them. One that fails breaks the transfer off. */
      readonly kind: 'pieces';
      readonly contentType: string;
      /** As that of a file. */
      readonly fileName: string;
      readonly pieces: AsyncIterable<string>;
    }
  | {
      readonly kind: 'stream';
      /** Pushes pieces of the page until the signal aborts. */
      run(
        push: (template: string, data: Readonly<Record<string, unknown>>) => void,
        signal: AbortSignal,
      ): Promise<void>;
    };

/** A part of the site with readers of its own. */
export type PageArea<V> = {
  readonly name: string;
  /** Everything at and below it is answered in HTML. */
  readonly path: string;
  /** The template around its pages. */
  readonly layout: string;
  readonly cookie: { readonly name: string; readonly sameSite: SameSite };
  /**
   * Who is signed in by a token; undefined where nobody is, any more. What a page asks for by itself is no sign that somebody
   * is there.
   */
  visitorOf(token: string, asked: { readonly byItself: boolean }): Promise<V | undefined>;
  allows(visitor: V, scope: Scope): boolean;
  /** Where a reader is sent who has to sign in; null where signing in is not how one gets here. */
  readonly signInPath: string | null;
  /** What the layout shows of the reader and the way around; `path` is the one that was asked for. */
  frame(visitor: V | undefined, path: string): Readonly<Record<string, unknown>>;
  /** Told of every page that a signed-in reader asked for, and of what it was answered. */
  onVisit?(visitor: V, visit: Visit): void;
};

type Visit = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** What a form that could be read gave as its reason. */
  readonly reason: string | undefined;
  readonly requestId: string;
  readonly network: string;
};

/** `anyone` may be signed in or not; `signed_in` is any reader of the area; a scope is one who has it. */
type Access = 'anyone' | 'signed_in' | Scope;

type Facts = {
  readonly method: 'get' | 'post';
  /** As Express writes it: `/admin/payments/:id`. */
  readonly path: string;
  readonly access: Access;
  /** Set for what a page asks for by itself, again and again, while nobody may be there. */
  readonly byItself?: true;
  /** Set where readers are sent by another site on purpose, with what that site says in the address. */
  readonly fromElsewhere?: true;
  /** Set where the form sends a file: how many bytes it may have with everything else. The file is read as base64. */
  readonly uploadBytesMax?: number;
};

/** A page with its types forgotten by the compiler: what its schemas have read is passed back to its handler. */
export type Page = Facts & {
  readonly area: PageArea<unknown>;
  readonly params: ZodObject | undefined;
  readonly query: ZodObject | undefined;
  readonly form: ZodObject | undefined;
  /** Where a reader whose form was refused is told so; the refusal is a page of its own without it. */
  back(call: { readonly params: unknown; readonly form: unknown }): string | undefined;
  handle(call: PageCall<unknown, unknown, unknown, unknown>): Promise<PageAnswer> | PageAnswer;
};

export type PageCall<V, P, Q, F> = {
  readonly visitor: V;
  readonly params: P;
  readonly query: Q;
  readonly form: F;
  readonly context: PageContext;
};

type Parsed<S> = S extends ZodObject ? z.output<S> : undefined;

/** Declares a page of an area. Pages that anybody may see get a visitor that may be undefined. */
export function page<
  V,
  A extends Access,
  P extends ZodObject | undefined = undefined,
  Q extends ZodObject | undefined = undefined,
  F extends ZodObject | undefined = undefined,
>(
  area: PageArea<V>,
  spec: Omit<Facts, 'access'> & {
    readonly access: A;
    readonly params?: P;
    readonly query?: Q;
    readonly form?: F;
    back?(call: { readonly params: Parsed<P>; readonly form: Parsed<F> | undefined }): string;
    handle(
      call: PageCall<A extends 'anyone' ? V | undefined : V, Parsed<P>, Parsed<Q>, Parsed<F>>,
    ): Promise<PageAnswer> | PageAnswer;
  },
): Page {
  type Typed = Parameters<typeof spec.handle>[0];
  return {
    ...spec,
    area: area as PageArea<unknown>,
    params: spec.params,
    query: spec.query,
    form: spec.form,
    back: ({ params, form }) =>
      spec.back?.({ params: params as Parsed<P>, form: form as Parsed<F> | undefined }),
    handle: (call) => spec.handle(call as Typed),
  };
}

/** A class that answers some pages; the container makes it. */
export type PageController = { readonly pages: readonly Page[] };
