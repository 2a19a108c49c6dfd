/**
 * The error family. Code in this project throws `ToolError`; anything else that reaches `cli.ts` is a fault of the
 * tool itself. Match on `code` (or `apiCode`), never on text.
 */

/** Closed set of error codes; interface for users (`-o json`) and the source of the exit code. */
export type ErrorCode =
  | 'USAGE'
  | 'PROMPT_NEEDED'
  | 'DECLINED'
  | 'INTERRUPTED'
  | 'CREDENTIALS_NOT_FOUND'
  | 'CREDENTIALS_SOURCE_BROKEN'
  | 'CREDENTIALS_REFUSED'
  | 'WRONG_ACCOUNT'
  | 'TIMED_OUT'
  | 'NOT_AS_IT_SHOULD_BE'
  | 'CLUSTER_NOT_FOUND'
  | 'CLUSTER_NOT_READY'
  | 'CLUSTER_UNSUPPORTED'
  | 'RRSA_DISABLED'
  | 'ROLE_NOT_FOUND'
  | 'POLICY_NOT_FOUND'
  | 'TRUST_POLICY_UNREADABLE'
  | 'TRUST_POLICY_TOO_LONG'
  | 'CONFLICT'
  | 'TASK_FAILED'
  | 'ADDON_FAILED'
  | 'FILE_UNREADABLE'
  | 'FILE_INVALID'
  | 'NETWORK'
  | 'BAD_ANSWER'
  | 'CLOUD_API'
  | 'CHILD_FAILED'
  | 'INTERNAL';

const exitCodes: Partial<Record<ErrorCode, number>> = {
  USAGE: 2,
  PROMPT_NEEDED: 2,
  NOT_AS_IT_SHOULD_BE: 3,
  CREDENTIALS_NOT_FOUND: 4,
  CREDENTIALS_SOURCE_BROKEN: 4,
  CREDENTIALS_REFUSED: 4,
  WRONG_ACCOUNT: 4,
  TIMED_OUT: 5,
  DECLINED: 130,
  INTERRUPTED: 130,
};

/** Exit code of the process for an error code; 1 for every code without one of its own. */
export function exitCodeFor(code: ErrorCode): number {
  return exitCodes[code] ?? 1;
}

export interface ToolErrorOptions {
  /** What to do about it, one sentence, with a command that can be pasted where one is known. */
  hint?: string;
  cause?: unknown;
  /** Machine-readable facts. Never a secret. */
  details?: Record<string, unknown>;
  /** Overrides the exit code of `code` (143 for SIGTERM). */
  exitCode?: number;
}

/** What failed, naming the thing. Messages never hold a secret. */
export class ToolError extends Error {
  override readonly name: string = 'ToolError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown> | undefined;
  readonly exitCode: number;

  constructor(code: ErrorCode, message: string, options: ToolErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
    this.exitCode = options.exitCode ?? exitCodeFor(code);
  }
}

export type CloudService = 'CS' | 'RAM' | 'STS' | 'IMS';

export interface CloudApiFacts {
  service: CloudService;
  /** API name, such as `DescribeClusterDetail`. */
  action: string;
  /** The service's own error code, such as `EntityNotExist.Role`. */
  apiCode: string;
  /** The service's own message, redacted. */
  apiMessage: string;
  httpStatus: number;
  /** Absent when the answer carried none. */
  requestId?: string | undefined;
  /** The error body as the service sent it, redacted; printed as `Data:`. */
  data?: Record<string, unknown> | undefined;
}

/** A cloud service understood the request and refused it. */
export class CloudApiError extends ToolError {
  override readonly name = 'CloudApiError';
  readonly api: CloudApiFacts;

  constructor(message: string, api: CloudApiFacts, options: ToolErrorOptions & { code?: ErrorCode } = {}) {
    super(options.code ?? 'CLOUD_API', message, options);
    this.api = api;
  }
}

/** True for a refusal by a cloud service whose code equals `apiCode`, or starts with it when `apiCode` ends in a dot. */
export function isApiError(error: unknown, apiCode: string): error is CloudApiError {
  if (!(error instanceof CloudApiError)) return false;
  return apiCode.endsWith('.') ? error.api.apiCode.startsWith(apiCode) : error.api.apiCode === apiCode;
}

export function usageError(message: string, hint?: string): ToolError {
  return new ToolError('USAGE', message, hint === undefined ? {} : { hint });
}

/** The message of anything thrown, without its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
