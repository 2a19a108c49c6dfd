/**
 * The sandbox's own vocabulary. A service is a model (`{cs,ram,sts,ims,oidc,imds}/model.ts`: state and rules) and
 * handlers (`…/handler.ts`: one operation each, pure over the store). No framework type reaches a handler.
 * Nothing here may import `cloud/`: client and sandbox must not share wire code.
 */
import type { Store } from './store.ts';

export type Product = 'CS' | 'RAM' | 'STS' | 'IMS';

/** Who signed a request. */
export type Principal =
  | { kind: 'root'; accountId: string }
  | { kind: 'user'; accountId: string; userName: string }
  | { kind: 'session'; accountId: string; roleName: string; sessionName: string; sessionPolicy?: string | undefined };

/** What a handler gets to see. */
export interface OperationContext {
  store: Store;
  /** Account that the call acts in: the caller's. Empty for anonymous operations. */
  accountId: string;
  /** Absent for anonymous operations only. */
  principal: Principal | undefined;
  /** RPC: query and form parameters together. ROA: path parameters and query. Prototype-free. */
  params: Readonly<Record<string, string | undefined>>;
  /** ROA: the JSON body, `undefined` when empty. */
  body: unknown;
  /** Milliseconds since the epoch. */
  now: number;
  requestId: string;
  /** `http://127.0.0.1:1234`, without a trailing slash. */
  endpoint: string;
}

/** One row: used by the router, the permission check, the access log, the fault grammar and the emit-policy test. */
export interface Operation {
  product: Product;
  /** API name: `GetRole`. */
  action: string;
  /** ROA only; RPC operations take GET and POST. */
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** ROA only: `/clusters/{ClusterId}`. Path parameters reach `params` under these names. */
  path?: string;
  /** Permission checked before the handler: `ram:GetRole`. Absent: anyone with a valid signature may call it. */
  ramAction?: string;
  /** `acs:…` that the permission is checked on. Absent: `*`. */
  resource?: (ctx: OperationContext) => string;
  /** No signature wanted. */
  anonymous?: boolean;
  /** Returns the success body without RequestId (the adapter adds it for RPC). Throws `ApiFault`. */
  handler: (ctx: OperationContext) => unknown | Promise<unknown>;
}

/** A refusal with the real service's status, code and message. */
export class ApiFault extends Error {
  readonly status: number;
  readonly code: string;
  /** More keys of the error body, such as `accessDeniedDetail`. */
  readonly data: Record<string, unknown>;

  constructor(status: number, code: string, message: string, data: Record<string, unknown> = {}) {
    super(message);
    this.name = 'ApiFault';
    this.status = status;
    this.code = code;
    this.data = data;
  }
}
