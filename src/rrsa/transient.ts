import { CloudApiError, ToolError } from '../errors.ts';

/**
 * True when a request may or may not have had its effect: no answer, an answer that is not what the API sends, or the
 * service failed on the way.
 */
export function leftNoAnswer(error: unknown): boolean {
  if (error instanceof CloudApiError) return error.api.httpStatus >= 500;
  return error instanceof ToolError && (error.code === 'NETWORK' || error.code === 'BAD_ANSWER');
}

/** True when the service refused only because of the number of requests. */
export function isThrottled(error: unknown): boolean {
  return (
    error instanceof CloudApiError && (error.api.httpStatus === 429 || /^Throttling(\.|$)/.test(error.api.apiCode))
  );
}

/** True when asking the same question again some time later may well succeed. */
export function isTransient(error: unknown): boolean {
  return leftNoAnswer(error) || isThrottled(error);
}
