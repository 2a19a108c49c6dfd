/** From what came back over the wire to a JSON value or to an error that names the thing. */
import { CloudApiError, type CloudService, type ErrorCode, ToolError } from '../errors.ts';
import type { HttpAnswer } from './network.ts';
import { redactJson, redactText, type Secrets } from './redact.ts';

/** What a request was about, for messages. */
export interface CallFacts {
  service: CloudService;
  /** API name: `GetRole`. */
  action: string;
  /** `role oss-reader`; absent when it is about nothing in particular. */
  thing?: string | undefined;
}

/**
 * The JSON of a successful answer: an object or an array.
 * Throws `CloudApiError` for a refusal and `BAD_ANSWER` for what no service of Alibaba Cloud says, such as the page of
 * a proxy. Neither holds a secret of `secrets`.
 */
export function readAnswer(call: CallFacts, answer: HttpAnswer, secrets: Secrets): object {
  const { status } = answer;
  const json = parseJson(answer.body);
  if (status >= 400 && json !== undefined && !Array.isArray(json)) {
    const error = toRefusal(call, answer, json as Record<string, unknown>, secrets);
    if (error !== undefined) throw error;
  }
  if (status < 200 || status >= 300) throw badAnswer(call, `HTTP ${status} without an error code`, status);
  if (json === undefined) throw badAnswer(call, `${contentType(answer)} instead of JSON`, status);
  return json;
}

/** Not what the API sends. `what` completes "answered with …". */
export function badAnswer(call: CallFacts, what: string, httpStatus?: number): ToolError {
  return new ToolError('BAD_ANSWER', `${titleOf(call)}: the service answered with ${what}`, {
    hint: 'check the endpoint, and whether a proxy answers in its place',
    details: { service: call.service, action: call.action, ...(httpStatus === undefined ? {} : { httpStatus }) },
  });
}

/** `RAM GetRole for role oss-reader` */
export function titleOf({ service, action, thing }: CallFacts): string {
  return `${service} ${action}${thing === undefined ? '' : ` for ${thing}`}`;
}

function toRefusal(
  call: CallFacts,
  answer: HttpAnswer,
  body: Record<string, unknown>,
  secrets: Secrets,
): CloudApiError | undefined {
  // RPC services and the gateway write Code, Message and RequestId; CS writes code, message and requestId.
  const apiCode = redactText(text(body.Code ?? body.code), secrets);
  if (apiCode === '') return undefined;
  const requestId = redactText(text(body.RequestId ?? body.requestId ?? body.request_id), secrets);
  const message = redactText(text(body.Message ?? body.message), secrets);
  const data = redactJson({ ...body, statusCode: answer.status }, secrets) as Record<string, unknown>;
  const verb = answer.status >= 500 ? 'failed' : 'was refused';
  const code = errorCodeFor(call, apiCode, answer.status);
  const retryAfterMs = askedDelay(answer);
  return new CloudApiError(
    `${titleOf(call)} ${verb}: ${apiCode}`,
    {
      service: call.service,
      action: call.action,
      apiCode,
      // The wording of the official SDKs, which operators grep for.
      apiMessage: `code: ${answer.status}, ${message} request id: ${requestId}`,
      httpStatus: answer.status,
      ...(requestId === '' ? {} : { requestId }),
      data,
    },
    {
      ...(code === undefined ? {} : { code }),
      ...(retryAfterMs === undefined ? {} : { details: { retryAfterMs } }),
    },
  );
}

const codes: ReadonlyMap<string, ErrorCode> = new Map([
  ['ErrorClusterNotFound', 'CLUSTER_NOT_FOUND'],
  ['EntityNotExist.Role', 'ROLE_NOT_FOUND'],
  ['EntityNotExist.Policy', 'POLICY_NOT_FOUND'],
  ['InvalidParameter.AssumeRolePolicyDocument.Length', 'TRUST_POLICY_TOO_LONG'],
  ['InvalidParameter.NewAssumeRolePolicyDocument.Length', 'TRUST_POLICY_TOO_LONG'],
]);

/** STS refusing to issue, and any service refusing the key itself, is a matter of credentials. */
function errorCodeFor({ action }: CallFacts, apiCode: string, status: number): ErrorCode | undefined {
  const isIssue = action === 'AssumeRole' || action === 'AssumeRoleWithOIDC';
  if (isIssue && status < 500) return 'CREDENTIALS_REFUSED';
  if (/^(InvalidAccessKeyId|InvalidSecurityToken)(\.|$)|^(SignatureDoesNotMatch|MissingSecurityToken)$/.test(apiCode)) {
    return 'CREDENTIALS_REFUSED';
  }
  return codes.get(apiCode);
}

function askedDelay({ headers }: HttpAnswer): number | undefined {
  const ms = headers['x-acs-retry-after'];
  if (typeof ms === 'string' && /^\d{1,9}$/.test(ms)) return Number(ms);
  const seconds = headers['retry-after'];
  return seconds !== undefined && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

function parseJson(body: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function contentType({ headers, body }: HttpAnswer): string {
  if (body.length === 0) return 'nothing';
  const type = /^[\w.+-]{1,40}\/[\w.+-]{1,40}/.exec(headers['content-type'] ?? '')?.[0];
  return type === undefined || type.endsWith('json') ? 'broken text' : type;
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
