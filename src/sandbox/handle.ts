import { handleAdmin } from './admin.ts';
import { jsonAnswer, rpcErrorAnswer } from './answers.ts';
import { settle } from './cs/model.ts';
import { type CallReport, dispatch, internalFault, newRequestId } from './dispatch.ts';
import { answerFaultily } from './faulty-answer.ts';
import { handleMetadata } from './imds/handler.ts';
import { isLoopbackHost } from './loopback.ts';
import { handleIssuer, issuerDocumentOf } from './oidc/handler.ts';
import { askedAction, routeCall } from './router.ts';
import type { SandboxState } from './state.ts';
import { ApiFault, type Product } from './types.ts';
import { headerOf, isSameText, pathOf, type SandboxRequest, type SandboxResponse } from './wire.ts';

/** What a request is about, before anything of it is done. */
interface Call extends CallReport {
  /** Name for the access log and for faults. */
  api: string;
  product: Product | undefined;
  requestId: string;
  serve: () => Promise<SandboxResponse>;
}

/** Answers a request, over whatever transport it came. Rejects only when `state.sleep` does. */
export async function handle(state: SandboxState, request: SandboxRequest): Promise<SandboxResponse> {
  if (!isLoopbackHost(headerOf(request, 'host') ?? '')) {
    return jsonAnswer(403, { error: 'the sandbox answers requests to a loopback address only' });
  }
  const ownersPath = `${state.adminPath}/`;
  if (isSameText(request.target.slice(0, ownersPath.length), ownersPath)) return handleAdmin(state, request);
  if (state.latencyMs > 0) await state.sleep(state.latencyMs);
  settle(state.store, state.now());
  const call = identify(state, request);
  const response = await answer(state, call);
  const { api, principal, code } = call;
  state.log.add({ time: new Date(state.now()).toISOString(), api, principal, status: response.status, code });
  return response;
}

async function answer(state: SandboxState, call: Call): Promise<SandboxResponse> {
  const { product, requestId, serve } = call;
  const fault = state.faults.next(call.api);
  if (fault === undefined) return serve();
  const response = await answerFaultily(fault, { product, requestId, serve, sleep: state.sleep, now: state.now });
  if (fault.kind !== 'slow' && fault.kind !== 'skew') call.code = fault.kind;
  return response;
}

function identify(state: SandboxState, request: SandboxRequest): Call {
  const path = pathOf(request.target);
  const base = { principal: null, code: null, product: undefined, requestId: newRequestId() };
  if (path.startsWith('/oidc/')) {
    const serve = () => handleIssuer(request, state.store, state.endpoint);
    return { ...base, api: issuerDocumentOf(request.target), serve };
  }
  if (path.startsWith('/latest/')) {
    const { store, metadata: memory, endpoint } = state;
    const serve = async () => handleMetadata(request, { store, memory, endpoint, now: state.now() });
    return { ...base, api: 'Metadata', serve };
  }
  return identifyApi(state, request, base);
}

function identifyApi(state: SandboxState, request: SandboxRequest, base: Omit<Call, 'api' | 'serve'>): Call {
  try {
    const routed = routeCall(request);
    const { action: api, product } = routed.operation;
    const call: Call = { ...base, api, product, serve: () => dispatch(state, request, routed, base.requestId, call) };
    return call;
  } catch (error) {
    const fault = error instanceof ApiFault ? error : internalFault(state, error);
    const serve = async () => rpcErrorAnswer(fault, undefined, base.requestId);
    return { ...base, api: askedAction(request), code: fault.code, serve };
  }
}
