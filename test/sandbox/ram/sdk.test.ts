import { afterEach, beforeEach, expect, test } from 'vitest';
import { ramOperations } from '../../../src/sandbox/ram/handler.ts';
import { ramSdk, serveOperations } from '../sdk-server.ts';
import { permissionPolicy, start, storeWith, trustPolicy } from '../services.ts';

let server: Awaited<ReturnType<typeof serveOperations>>;
let ram: typeof server.ram;

beforeEach(async () => {
  server = await serveOperations(ramOperations, storeWith(), () => start);
  ram = server.ram;
});

afterEach(() => server.close());

const createRole = (roleName: string) =>
  ram.createRole(new ramSdk.CreateRoleRequest({ roleName, assumeRolePolicyDocument: trustPolicy }));
const reader = { roleName: 'reader' };
const custom = { policyType: 'Custom', policyName: 'oss-get' };

test('the official client makes, reads, changes, lists and removes a role', async () => {
  const created = await createRole('reader');
  expect(created.body?.role?.assumeRolePolicyDocument).toBe(trustPolicy);
  expect(created.body?.requestId).toBeTypeOf('string');
  const newAssumeRolePolicyDocument = trustPolicy.replace('Allow', 'Deny');
  const update = new ramSdk.UpdateRoleRequest({ ...reader, newAssumeRolePolicyDocument, newMaxSessionDuration: 7200 });
  expect((await ram.updateRole(update)).body?.role?.maxSessionDuration).toBe(7200);
  const got = await ram.getRole(new ramSdk.GetRoleRequest(reader));
  expect(got.body?.role?.assumeRolePolicyDocument).toBe(newAssumeRolePolicyDocument);
  await createRole('writer');
  const first = await ram.listRoles(new ramSdk.ListRolesRequest({ maxItems: 1 }));
  expect(first.body).toMatchObject({ isTruncated: true, roles: { role: [{ roleName: 'reader' }] } });
  const next = new ramSdk.ListRolesRequest({ maxItems: 1, marker: first.body?.marker });
  expect((await ram.listRoles(next)).body).toMatchObject({
    isTruncated: false,
    roles: { role: [{ roleName: 'writer' }] },
  });
  await ram.deleteRole(new ramSdk.DeleteRoleRequest(reader));
  await expect(ram.getRole(new ramSdk.GetRoleRequest(reader))).rejects.toMatchObject({
    code: 'EntityNotExist.Role',
    statusCode: 404,
  });
});

test('the official client works with policies and where they are attached', async () => {
  await createRole('reader');
  const policy = { policyName: 'oss-get', policyDocument: permissionPolicy };
  await ram.createPolicy(new ramSdk.CreatePolicyRequest(policy));
  const version = await ram.createPolicyVersion(
    new ramSdk.CreatePolicyVersionRequest({ ...policy, setAsDefault: true }),
  );
  expect(version.body?.policyVersion).toMatchObject({ versionId: 'v2', isDefaultVersion: true });
  const got = await ram.getPolicy(new ramSdk.GetPolicyRequest(custom));
  expect(got.body?.defaultPolicyVersion?.policyDocument).toBe(permissionPolicy);
  expect(got.body?.policy?.policyDocument).toBe('N/A');

  const toRole = { ...custom, ...reader };
  await ram.attachPolicyToRole(new ramSdk.AttachPolicyToRoleRequest(toRole));
  await expect(ram.attachPolicyToRole(new ramSdk.AttachPolicyToRoleRequest(toRole))).rejects.toMatchObject({
    code: 'EntityAlreadyExists.Role.Policy',
    statusCode: 409,
  });
  const forRole = await ram.listPoliciesForRole(new ramSdk.ListPoliciesForRoleRequest(reader));
  expect(forRole.body?.policies?.policy).toMatchObject([{ policyName: 'oss-get', defaultVersion: 'v2' }]);
  await ram.detachPolicyFromRole(new ramSdk.DetachPolicyFromRoleRequest(toRole));

  const toUser = { ...custom, userName: 'admin' };
  await ram.attachPolicyToUser(new ramSdk.AttachPolicyToUserRequest(toUser));
  const forUser = await ram.listPoliciesForUser(new ramSdk.ListPoliciesForUserRequest({ userName: 'admin' }));
  expect(forUser.body?.policies?.policy).toHaveLength(1);
  await ram.detachPolicyFromUser(new ramSdk.DetachPolicyFromUserRequest(toUser));

  const listed = await ram.listPolicies(new ramSdk.ListPoliciesRequest({ policyType: 'Custom' }));
  expect(listed.body?.policies?.policy).toMatchObject([{ policyName: 'oss-get', attachmentCount: 0 }]);
  await ram.deletePolicy(new ramSdk.DeletePolicyRequest({ policyName: 'oss-get', cascadingDelete: true }));
  await expect(ram.getPolicy(new ramSdk.GetPolicyRequest(custom))).rejects.toMatchObject({
    code: 'EntityNotExist.Policy',
  });
});

test('the official client reads users', async () => {
  const got = await ram.getUser(new ramSdk.GetUserRequest({ userName: 'admin' }));
  expect(got.body?.user?.displayName).toBe('Admin');
  const listed = await ram.listUsers(new ramSdk.ListUsersRequest({}));
  expect(listed.body).toMatchObject({ isTruncated: false, users: { user: [{ userName: 'admin' }] } });
  await expect(ram.getUser(new ramSdk.GetUserRequest({ userName: 'nobody' }))).rejects.toMatchObject({
    code: 'EntityNotExist.User',
  });
});
