import { jsonAnswer, textAnswer } from '../answers.ts';
import type { Store } from '../store.ts';
import { utcTime } from '../time-format.ts';
import { headerOf, pathOf, type SandboxRequest, type SandboxResponse } from '../wire.ts';
import { instanceId, instanceRoles, type MetadataMemory } from './model.ts';

const maxTtlSeconds = 21_600;
const rolesPath = '/latest/meta-data/ram/security-credentials';

export interface MetadataContext {
  store: Store;
  memory: MetadataMemory;
  /** Milliseconds since the epoch. */
  now: number;
  endpoint: string;
}

/**
 * ECS metadata below `/latest/`: v2 for a request with a token, v1 for one without. It has credentials for every role
 * that trusts `ecs.aliyuncs.com`, and lists the first of them as the instance's own.
 */
export function handleMetadata(request: SandboxRequest, ctx: MetadataContext): SandboxResponse {
  const path = pathOf(request.target);
  if (path === '/latest/api/token') return putToken(request, ctx);
  if (request.method !== 'GET') return textAnswer(405, 'method not allowed');
  const token = headerOf(request, 'x-aliyun-ecs-metadata-token');
  if (token !== undefined && !ctx.memory.isToken(token, ctx.now)) return textAnswer(403, 'invalid token');
  if (path === rolesPath || path.startsWith(`${rolesPath}/`)) return answerRoles(path, ctx);
  const text = plainValues(ctx).get(path.replace('/latest/meta-data/', ''));
  return text === undefined ? notFound() : textAnswer(200, text);
}

function putToken(request: SandboxRequest, { memory, now }: MetadataContext): SandboxResponse {
  if (request.method !== 'PUT') return textAnswer(405, 'method not allowed');
  const text = headerOf(request, 'x-aliyun-ecs-metadata-token-ttl-seconds') ?? '';
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > maxTtlSeconds) return textAnswer(400, 'invalid ttl');
  return textAnswer(200, memory.issueToken(seconds, now));
}

function answerRoles(path: string, ctx: MetadataContext): SandboxResponse {
  const roles = instanceRoles(ctx.store, ctx);
  const name = path.slice(rolesPath.length + 1);
  if (name === '') return roles[0] === undefined ? notFound() : textAnswer(200, roles[0].role.name);
  const wanted = roles.find(({ role }) => role.name === name);
  if (wanted === undefined) return notFound();
  const { session, issuedAt } = ctx.memory.credentialsOf(ctx.store, wanted, ctx.now);
  return jsonAnswer(200, {
    AccessKeyId: session.accessKeyId,
    AccessKeySecret: session.accessKeySecret,
    Expiration: utcTime(session.expiresAt),
    SecurityToken: session.securityToken,
    LastUpdated: utcTime(issuedAt),
    Code: 'Success',
  });
}

/** Values by their path below `/latest/meta-data/`. */
function plainValues(ctx: MetadataContext): ReadonlyMap<string, string> {
  const account = instanceRoles(ctx.store, ctx)[0]?.account ?? ctx.store.accounts[0];
  const region = account?.clusters[0]?.regionId ?? 'cn-hangzhou';
  return new Map([
    ['region-id', region],
    ['zone-id', `${region}-h`],
    ['instance-id', instanceId],
    ['owner-account-id', account?.id ?? ''],
  ]);
}

function notFound(): SandboxResponse {
  return textAnswer(404, 'not found');
}
