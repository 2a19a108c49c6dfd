import { randomBytes } from 'node:crypto';
import { ToolError } from '../../errors.ts';
import { parsePolicy } from '../../policy/document.ts';
import { evaluateTrust, type TrustPrincipal } from '../../policy/evaluate.ts';
import { commonConditions } from '../permissions.ts';
import { randomText } from '../random-text.ts';
import type { SandboxRole, SandboxSession, Store } from '../store.ts';
import type { OperationContext } from '../types.ts';

/** How long an expired session is still known, so that its use is refused as expired and not as unknown. */
const rememberedMs = 3_600_000;

export interface SessionRequest {
  accountId: string;
  role: SandboxRole;
  sessionName: string;
  sessionPolicy?: string | undefined;
  durationSeconds: number;
  now: number;
}

/** Makes temporary credentials of a role. `store.sessionTtlMs` shortens their life, and what is said of it. */
export function issueSession(store: Store, request: SessionRequest): SandboxSession {
  const { accountId, role, sessionName, sessionPolicy, durationSeconds, now } = request;
  const session: SandboxSession = {
    accessKeyId: `STS.N${randomText(24)}`,
    accessKeySecret: randomText(44),
    securityToken: `CAIS${randomBytes(384).toString('base64')}`,
    accountId,
    roleName: role.name,
    roleId: role.id,
    sessionName,
    sessionPolicy,
    expiresAt: now + Math.min(durationSeconds * 1000, store.sessionTtlMs ?? Number.POSITIVE_INFINITY),
  };
  store.sessions = store.sessions.filter(({ expiresAt }) => expiresAt + rememberedMs > now);
  store.sessions.push(session);
  return session;
}

/** Whether the trust policy of a role lets somebody assume it. One that cannot be read trusts nobody. */
export function isTrusted(
  role: SandboxRole,
  principal: TrustPrincipal,
  ctx: Pick<OperationContext, 'now' | 'endpoint'>,
  conditions: Record<string, string[]> = {},
): boolean {
  try {
    const document = parsePolicy(role.trustPolicy, `the trust policy of role ${role.name}`);
    const context = { ...commonConditions(ctx), ...conditions };
    return evaluateTrust(document, { principal, action: 'sts:AssumeRole', context }).decision === 'allowed';
  } catch (error) {
    if (error instanceof ToolError) return false;
    throw error;
  }
}
