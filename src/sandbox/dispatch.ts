import { randomUUID } from 'node:crypto';
import { csErrorAnswer, rpcErrorAnswer, successAnswer } from './answers.ts';
import { authorize } from './permissions.ts';
import { authenticate, principalArn } from './principal.ts';
import type { RoutedCall } from './router.ts';
import type { SandboxState } from './state.ts';
import { ApiFault, type OperationContext, type Principal } from './types.ts';
import type { SandboxRequest, SandboxResponse } from './wire.ts';

/** What the access log wants to know of a call. */
export interface CallReport {
  principal: string | null;
  code: string | null;
}

export function newRequestId(): string {
  return randomUUID().toUpperCase();
}

/** Does one API call: who is it, may it, then the operation. What is refused is an answer; nothing is thrown. */
export async function dispatch(
  state: SandboxState,
  request: SandboxRequest,
  call: RoutedCall,
  requestId: string,
  report: CallReport,
): Promise<SandboxResponse> {
  const { operation } = call;
  const refuse = (error: unknown, isOfProduct: boolean): SandboxResponse => {
    const fault = error instanceof ApiFault ? error : internalFault(state, error);
    report.code = fault.code;
    return operation.product === 'CS' && isOfProduct
      ? csErrorAnswer(fault, requestId)
      : rpcErrorAnswer(fault, operation.product, requestId);
  };
  let principal: Principal | undefined;
  try {
    if (!operation.anonymous) {
      principal = authenticate(call.readSignature(), state.store, state.nonces, state.now());
      report.principal = principalArn(principal);
    }
  } catch (error) {
    return refuse(error, false);
  }
  try {
    const ctx = contextOf(state, request, call, principal, requestId);
    checkPermission(call, ctx);
    const body = await operation.handler(ctx);
    return successAnswer(operation.product, body, requestId);
  } catch (error) {
    return refuse(error, true);
  }
}

/** A fault of the sandbox itself is never made to look like one of the caller. */
export function internalFault(state: Pick<SandboxState, 'onInternalError'>, error: unknown): ApiFault {
  state.onInternalError(error);
  return new ApiFault(500, 'InternalError', 'The request processing has failed due to some unknown error.');
}

function contextOf(
  state: SandboxState,
  request: SandboxRequest,
  { operation, params }: RoutedCall,
  principal: Principal | undefined,
  requestId: string,
): OperationContext {
  return {
    store: state.store,
    accountId: principal?.accountId ?? '',
    principal,
    params,
    body: operation.path === undefined ? undefined : jsonBody(request.body),
    now: state.now(),
    requestId,
    endpoint: state.endpoint,
  };
}

function checkPermission({ operation }: RoutedCall, ctx: OperationContext): void {
  const { product, ramAction: action } = operation;
  if (action === undefined || ctx.principal === undefined) return;
  authorize(ctx, ctx.principal, { product, action, resource: operation.resource?.(ctx) ?? '*' });
}

function jsonBody(body: Uint8Array): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new ApiFault(400, 'InvalidParameter', 'the body is not JSON');
  }
}
