import { ToolError } from '../../errors.ts';
import { parseRoleArn } from '../../policy/arn.ts';
import { parsePolicy } from '../../policy/document.ts';
import { requiredParam } from '../rpc-params.ts';
import type { SandboxRole } from '../store.ts';
import { ApiFault, type OperationContext } from '../types.ts';

const minDurationSeconds = 900;
const defaultDurationSeconds = 3600;
const maxSessionPolicyLength = 2048;

type Params = Pick<OperationContext, 'params'>;

/** Throws 400 `MissingRoleArn` or `InvalidParameter.RoleArn`. */
export function roleArnParam(ctx: Params): { accountId: string; roleName: string } {
  const arn = parseRoleArn(requiredParam(ctx, 'RoleArn'));
  if (arn === undefined) throw wronglyFormed('RoleArn');
  return arn;
}

/** 2–64 of `A-Z a-z 0-9 . @ - _`. Throws 400 `MissingRoleSessionName` or `InvalidParameter.RoleSessionName`. */
export function sessionNameParam(ctx: Params): string {
  const name = requiredParam(ctx, 'RoleSessionName');
  if (!/^[A-Za-z0-9.@_-]{2,64}$/.test(name)) throw wronglyFormed('RoleSessionName');
  return name;
}

/** Seconds from 900 to what the role allows, 3600 when absent. Throws 400 `InvalidParameter.DurationSeconds`. */
export function durationParam({ params }: Params, role: SandboxRole): number {
  const text = params.DurationSeconds;
  if (text === undefined || text === '') return defaultDurationSeconds;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  const max = role.maxSessionDurationSeconds;
  if (seconds >= minDurationSeconds && seconds <= max) return seconds;
  const message = `The Min/Max value of DurationSeconds is 15min/${max % 3600 === 0 ? `${max / 3600}hr` : `${max}s`}.`;
  throw new ApiFault(400, 'InvalidParameter.DurationSeconds', message);
}

/** `undefined` when absent. Throws 400 `InvalidParameter.PolicySize` or `InvalidParameter.PolicyGrammar`. */
export function sessionPolicyParam({ params }: Params): string | undefined {
  const text = params.Policy;
  if (text === undefined || text === '') return undefined;
  if (text.length > maxSessionPolicyLength) {
    const message = `The size of Policy must be smaller than ${maxSessionPolicyLength} bytes.`;
    throw new ApiFault(400, 'InvalidParameter.PolicySize', message);
  }
  try {
    parsePolicy(text, 'Policy');
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new ApiFault(400, 'InvalidParameter.PolicyGrammar', 'The parameter Policy has not passed grammar check.');
  }
  return text;
}

/** `undefined` when absent. Throws 400 `InvalidParameter.ExternalId`. */
export function externalIdParam({ params }: Params): string | undefined {
  const id = params.ExternalId;
  if (id === undefined || id === '') return undefined;
  if (!/^[\w+=,.@:/-]{2,1224}$/.test(id)) throw wronglyFormed('ExternalId');
  return id;
}

export function wronglyFormed(name: string): ApiFault {
  return new ApiFault(400, `InvalidParameter.${name}`, `The parameter ${name} is wrongly formed.`);
}
