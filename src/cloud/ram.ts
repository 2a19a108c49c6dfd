/** RAM by its official SDK. */
import { isApiError } from '../errors.ts';
import { badAnswer } from './api-error.ts';
import { readMarkedPages } from './paging.ts';
import type { AttachedPolicy, PolicyType, Principal, RamPort, Role } from './ports.ts';
import { type Operation, ramSdk, type SdkDeps } from './sdk.ts';

interface RoleModel {
  roleId?: string;
  roleName?: string;
  arn?: string;
  description?: string;
  assumeRolePolicyDocument?: string;
  maxSessionDuration?: number;
}

/** The API's default, in seconds. */
const defaultMaxSessionDuration = 3600;

/**
 * Writes other than UpdateRole are sent again when an answer is missing: they are keyed by name, and so end in the
 * same state. When such a second attempt hears "exists already" (or "is not there"), it was the first that did it.
 */
export function ramPort(deps: SdkDeps): RamPort {
  const call = ramSdk(deps);

  async function getRole(name: string): Promise<Role | undefined> {
    const operation = { action: 'GetRole', thing: `role ${name}` };
    try {
      const { role } = await call(operation, ({ client, models }) =>
        client.getRole(new models.GetRoleRequest({ roleName: name })),
      );
      return toRole(operation, role);
    } catch (error) {
      if (isApiError(error, 'EntityNotExist.Role')) return undefined;
      throw error;
    }
  }

  async function listRoles(): Promise<Principal[]> {
    const operation = { action: 'ListRoles' };
    const bad = (what: string) => badAnswer({ service: 'RAM', ...operation }, what);
    return await readMarkedPages(
      async (marker) => {
        const page = await call(operation, ({ client, models }) =>
          client.listRoles(new models.ListRolesRequest({ marker, maxItems: 1000 })),
        );
        const items = (page.roles?.role ?? []).map(({ roleId = '', roleName }) => {
          if (!roleName) throw bad('a role without a name');
          return { id: roleId, name: roleName };
        });
        return { items, marker: page.isTruncated === false ? undefined : page.marker };
      },
      () => bad('pages without an end'),
    );
  }

  async function attach(
    kind: 'Role' | 'User',
    name: string,
    policy: AttachedPolicy,
    send: Parameters<typeof call<unknown>>[1],
  ): Promise<boolean> {
    let attempts = 0;
    const thing = `policy ${policy.name} on ${kind.toLowerCase()} ${name}`;
    try {
      await call({ action: `AttachPolicyTo${kind}`, thing }, (sdk, attempt) => {
        attempts = attempt;
        return send(sdk, attempt);
      });
      return true;
    } catch (error) {
      if (isApiError(error, `EntityAlreadyExists.${kind}.Policy`)) return attempts > 1;
      throw error;
    }
  }

  return {
    getRole,

    async createRole({ name, trustPolicy, description, maxSessionDurationSeconds }) {
      const operation = { action: 'CreateRole', thing: `role ${name}` };
      let attempts = 0;
      try {
        const { role } = await call(operation, ({ client, models }, attempt) => {
          attempts = attempt;
          const request = { roleName: name, assumeRolePolicyDocument: trustPolicy };
          return client.createRole(
            new models.CreateRoleRequest({ ...request, description, maxSessionDuration: maxSessionDurationSeconds }),
          );
        });
        return toRole(operation, role);
      } catch (error) {
        if (!isApiError(error, 'EntityAlreadyExists.Role')) throw error;
        const existing = attempts > 1 ? await getRole(name) : undefined;
        return existing?.trustPolicy === trustPolicy ? existing : undefined;
      }
    },

    async updateTrustPolicy(roleName, document) {
      const operation: Operation = { action: 'UpdateRole', thing: `role ${roleName}`, once: true };
      const { role } = await call(operation, ({ client, models }) =>
        client.updateRole(new models.UpdateRoleRequest({ roleName, newAssumeRolePolicyDocument: document })),
      );
      return toRole(operation, role);
    },

    async deleteRole(name) {
      try {
        await call({ action: 'DeleteRole', thing: `role ${name}` }, ({ client, models }) =>
          client.deleteRole(new models.DeleteRoleRequest({ roleName: name })),
        );
      } catch (error) {
        if (!isApiError(error, 'EntityNotExist.Role')) throw error;
      }
    },

    async listRoleNames() {
      return [...new Set((await listRoles()).map(({ name }) => name))];
    },

    listRoles,

    async listUsers() {
      const operation = { action: 'ListUsers' };
      const bad = (what: string) => badAnswer({ service: 'RAM', ...operation }, what);
      return await readMarkedPages(
        async (marker) => {
          const page = await call(operation, ({ client, models }) =>
            client.listUsers(new models.ListUsersRequest({ marker, maxItems: 1000 })),
          );
          const items = (page.users?.user ?? []).map(({ userId, userName }) => {
            if (!userId || !userName) throw bad('a user without an id or a name');
            return { id: userId, name: userName };
          });
          return { items, marker: page.isTruncated === false ? undefined : page.marker };
        },
        () => bad('pages without an end'),
      );
    },

    async listPoliciesForRole(roleName) {
      const operation = { action: 'ListPoliciesForRole', thing: `role ${roleName}` };
      const { policies } = await call(operation, ({ client, models }) =>
        client.listPoliciesForRole(new models.ListPoliciesForRoleRequest({ roleName })),
      );
      return (policies?.policy ?? []).map((policy) => toAttachedPolicy(operation, policy));
    },

    async getPolicyDocument(policy) {
      const operation = { action: 'GetPolicy', thing: `policy ${policy.name}` };
      try {
        const { defaultPolicyVersion } = await call(operation, ({ client, models }) =>
          client.getPolicy(new models.GetPolicyRequest(toRequest(policy))),
        );
        // `Policy.PolicyDocument` is the text `N/A`.
        const document = defaultPolicyVersion?.policyDocument;
        if (!document) throw badAnswer({ service: 'RAM', ...operation }, 'a policy without a document');
        return document;
      } catch (error) {
        if (isApiError(error, 'EntityNotExist.Policy')) return undefined;
        throw error;
      }
    },

    async createPolicy({ name, document, description }) {
      let attempts = 0;
      try {
        await call({ action: 'CreatePolicy', thing: `policy ${name}` }, ({ client, models }, attempt) => {
          attempts = attempt;
          const request = { policyName: name, policyDocument: document, description };
          return client.createPolicy(new models.CreatePolicyRequest(request));
        });
        return true;
      } catch (error) {
        if (isApiError(error, 'EntityAlreadyExists.Policy')) return attempts > 1;
        throw error;
      }
    },

    attachPolicyToRole: (roleName, policy) =>
      attach('Role', roleName, policy, ({ client, models }) =>
        client.attachPolicyToRole(new models.AttachPolicyToRoleRequest({ ...toRequest(policy), roleName })),
      ),

    async detachPolicyFromRole(roleName, policy) {
      let attempts = 0;
      const thing = `policy ${policy.name} on role ${roleName}`;
      try {
        await call({ action: 'DetachPolicyFromRole', thing }, ({ client, models }, attempt) => {
          attempts = attempt;
          return client.detachPolicyFromRole(
            new models.DetachPolicyFromRoleRequest({ ...toRequest(policy), roleName }),
          );
        });
        return true;
      } catch (error) {
        if (isApiError(error, 'EntityNotExist.Role.Policy')) return attempts > 1;
        if (isApiError(error, 'EntityNotExist.Policy')) return false;
        throw error;
      }
    },

    async listPoliciesForUser(userName) {
      const operation = { action: 'ListPoliciesForUser', thing: `user ${userName}` };
      const { policies } = await call(operation, ({ client, models }) =>
        client.listPoliciesForUser(new models.ListPoliciesForUserRequest({ userName })),
      );
      return (policies?.policy ?? []).map((policy) => toAttachedPolicy(operation, policy));
    },

    attachPolicyToUser: (userName, policy) =>
      attach('User', userName, policy, ({ client, models }) =>
        client.attachPolicyToUser(new models.AttachPolicyToUserRequest({ ...toRequest(policy), userName })),
      ),
  };
}

function toAttachedPolicy(
  operation: Operation,
  { policyName, policyType }: { policyName?: string; policyType?: string },
): AttachedPolicy {
  const type = toPolicyType(policyType);
  if (policyName && type !== undefined) return { name: policyName, type };
  throw badAnswer({ service: 'RAM', ...operation }, 'a policy without a name or a known type');
}

function toRequest({ name, type }: AttachedPolicy): { policyName: string; policyType: PolicyType } {
  return { policyName: name, policyType: type };
}

function toPolicyType(text: string | undefined): PolicyType | undefined {
  return text === 'System' || text === 'Custom' ? text : undefined;
}

function toRole(operation: Operation, model: RoleModel | undefined): Role {
  const { roleId = '', roleName, arn, assumeRolePolicyDocument, description = '', maxSessionDuration } = model ?? {};
  if (!roleName || !arn || assumeRolePolicyDocument === undefined) {
    throw badAnswer({ service: 'RAM', ...operation }, 'a role without a name, an ARN or a trust policy');
  }
  return {
    id: roleId,
    name: roleName,
    arn,
    description,
    trustPolicy: assumeRolePolicyDocument,
    maxSessionDurationSeconds: maxSessionDuration ?? defaultMaxSessionDuration,
  };
}
