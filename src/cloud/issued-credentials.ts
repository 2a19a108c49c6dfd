import type { ToolError } from '../errors.ts';
import { badAnswer, type CallFacts } from './api-error.ts';
import type { TemporaryCredentials } from './ports.ts';

/**
 * The credentials in an answer of STS, by whichever reader it came (the SDK spells keys in camelCase, the wire in
 * PascalCase). Throws `BAD_ANSWER` when one of the four is missing or the expiration is no time.
 */
export function toTemporaryCredentials(
  call: CallFacts,
  fields: Record<'accessKeyId' | 'accessKeySecret' | 'securityToken' | 'expiration', unknown>,
): TemporaryCredentials {
  const missing = (name: string): ToolError => badAnswer(call, `credentials without a usable ${name}`);
  const text = (name: keyof typeof fields): string => {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
    throw missing(name);
  };
  const expiration = new Date(text('expiration'));
  if (Number.isNaN(expiration.getTime())) throw missing('expiration');
  return {
    accessKeyId: text('accessKeyId'),
    accessKeySecret: text('accessKeySecret'),
    securityToken: text('securityToken'),
    expiration,
  };
}
