import { CloudApiError, type CloudApiFacts, ToolError } from '../errors.ts';
import type { Lang } from '../lang.ts';
import { apiFactsOf } from '../output/error-block.ts';
import { explainCloudError } from '../rrsa/cloud-errors.ts';

/**
 * The error with a hint, when it has none and a cloud service's refusal that is known is behind it: cause and cure from
 * the tables of `src/rrsa/*-errors.ts`. Any other value as it is.
 */
export function withHint<E>(error: E, lang: Lang): E | ToolError {
  if (!(error instanceof ToolError) || error.hint !== undefined) return error;
  const api = apiFactsOf(error);
  const explained = api && explainCloudError({ ...factsOf(api), text: textOf(error, api) }, lang);
  if (explained === undefined) return error;
  const { code, details, cause, exitCode } = error;
  const hint = `${explained.cause}${lang === 'zh' ? '；' : '; '}${explained.cure}`;
  const options = { hint, exitCode, cause, ...(details === undefined ? {} : { details }) };
  return error instanceof CloudApiError
    ? new CloudApiError(error.message, error.api, { ...options, code })
    : new ToolError(code, error.message, options);
}

function factsOf({ service, action, apiCode }: CloudApiFacts) {
  return { code: apiCode, service, action: service === 'CS' ? undefined : `${ramCodes[service]}:${action}` };
}

/** What permissions call the service. That of Container Service says itself which permission is meant. */
const ramCodes = { RAM: 'ram', IMS: 'ram', STS: 'sts', CS: 'cs' } as const;

/** Everything that may name a role or a cluster. */
function textOf({ message, details }: ToolError, { apiMessage, data }: CloudApiFacts): string {
  return [message, apiMessage, JSON.stringify(data ?? {}), JSON.stringify(details ?? {})].join('\n');
}
