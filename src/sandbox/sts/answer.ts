import type { SandboxSession } from '../store.ts';
import { utcTime } from '../time-format.ts';

/** What AssumeRole and its kin answer with. Its ARN is spelled `role/…`, that of GetCallerIdentity `assumed-role/…`. */
export function toAssumedRole(session: SandboxSession) {
  return {
    AssumedRoleUser: {
      AssumedRoleId: `${session.roleId}:${session.sessionName}`,
      Arn: `acs:ram::${session.accountId}:role/${session.roleName}/${session.sessionName}`,
    },
    Credentials: {
      AccessKeyId: session.accessKeyId,
      AccessKeySecret: session.accessKeySecret,
      SecurityToken: session.securityToken,
      Expiration: utcTime(session.expiresAt),
    },
  };
}
