import { accountOf } from '../account.ts';
import type { SandboxCluster, SandboxTask } from '../store.ts';
import { ApiFault, type Operation, type OperationContext } from '../types.ts';
import { addonCatalog, type CatalogAddon, findCatalogAddon } from './addon-catalog.ts';
import { settle, startTask } from './model.ts';
import { clusterResource, existingCluster, invalidRequest, wrongState } from './requests.ts';

/** Addons of ACK clusters, and the catalog they come from. */
export const addonOperations: readonly Operation[] = [
  row('InstallClusterAddons', 'POST', '/clusters/{ClusterId}/components/install', installClusterAddons),
  row('UnInstallClusterAddons', 'POST', '/clusters/{ClusterId}/components/uninstall', unInstallClusterAddons),
  row('ListClusterAddonInstances', 'GET', '/clusters/{ClusterId}/addon_instances', listClusterAddonInstances),
  row('GetClusterAddonInstance', 'GET', '/clusters/{ClusterId}/addon_instances/{AddonName}', getClusterAddonInstance),
  row('DescribeClusterAddonsVersion', 'GET', '/clusters/{ClusterId}/components/version', describeClusterAddonsVersion),
  catalogRow('ListAddons', '/addons', listAddons),
  catalogRow('DescribeAddon', '/addons/{AddonName}', describeAddon),
];

type Handler = Operation['handler'];

function row(action: string, method: 'GET' | 'POST', path: string, handler: Handler): Operation {
  return { product: 'CS', action, method, path, ramAction: `cs:${action}`, resource: clusterResource, handler };
}

function catalogRow(action: string, path: string, handler: Handler): Operation {
  return { product: 'CS', action, method: 'GET', path, ramAction: `cs:${action}`, handler };
}

function installClusterAddons(ctx: OperationContext) {
  const cluster = changeableCluster(ctx);
  const wishes = addonWishes(ctx.body);
  const additions = wishes.map(({ name, version, config }) => {
    const offered = findCatalogAddon(name);
    if (offered === undefined) throw addonNotFound(name);
    if (version !== '' && version !== offered.version) {
      throw invalidRequest(`addon ${name} has no version ${version}`);
    }
    if (cluster.addons.some((addon) => addon.name === name)) {
      throw new ApiFault(400, 'AddonAlreadyInstalled', `AddonAlreadyInstalled: addon ${name} is already installed`);
    }
    return { name, version: offered.version, state: 'updating', config };
  });
  cluster.addons.push(...additions);
  return start(ctx, cluster, { kind: 'installAddons', names: additions.map(({ name }) => name) });
}

function unInstallClusterAddons(ctx: OperationContext) {
  const cluster = changeableCluster(ctx);
  const addons = addonWishes(ctx.body).map(({ name }) => installedAddon(cluster, name));
  for (const { name, state } of addons) {
    if (state !== 'active') throw invalidRequest(`addon ${name} is ${state} and can not be uninstalled now`);
  }
  for (const addon of addons) addon.state = 'deleting';
  return start(ctx, cluster, { kind: 'uninstallAddons', names: addons.map(({ name }) => name) });
}

function changeableCluster(ctx: OperationContext): SandboxCluster {
  settle(ctx.store, ctx.now);
  const cluster = existingCluster(ctx);
  if (cluster.state !== 'running') throw wrongState(cluster);
  return cluster;
}

function start(ctx: OperationContext, cluster: SandboxCluster, effect: SandboxTask['effect']) {
  const task = startTask(ctx.store, accountOf(ctx), cluster, effect, ctx.now);
  return { cluster_id: cluster.id, request_id: ctx.requestId, task_id: task.id };
}

interface AddonWish {
  name: string;
  /** Empty: whichever is offered. */
  version: string;
  config: string;
}

/** The body is a bare array, with each addon named once. */
function addonWishes(body: unknown): AddonWish[] {
  if (!Array.isArray(body) || body.length === 0) throw invalidRequest('the body must be a list of addons');
  const wishes = body.map((item: unknown): AddonWish => {
    const { name, version = '', config = '' } = (item ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string' || name === '') throw invalidRequest('every addon must have a name');
    if (typeof version !== 'string' || typeof config !== 'string') {
      throw invalidRequest(`version and config of addon ${name} must be text`);
    }
    return { name, version, config };
  });
  if (new Set(wishes.map(({ name }) => name)).size < wishes.length) throw invalidRequest('an addon is named twice');
  return wishes;
}

function listClusterAddonInstances(ctx: OperationContext) {
  settle(ctx.store, ctx.now);
  const { addons } = existingCluster(ctx);
  return { addons: addons.map(({ name, version, state }) => ({ name, version, state })) };
}

function getClusterAddonInstance(ctx: OperationContext) {
  settle(ctx.store, ctx.now);
  const { name, version, state, config } = installedAddon(existingCluster(ctx), ctx.params.AddonName ?? '');
  return { name, version, state, config: config ?? '', logging: { capable: false, enabled: false } };
}

function installedAddon(cluster: SandboxCluster, name: string) {
  const addon = cluster.addons.find((other) => other.name === name);
  if (addon === undefined) throw addonNotFound(name);
  return addon;
}

/** Deprecated in favour of the two above: a map by name, which mixes text and booleans. */
function describeClusterAddonsVersion(ctx: OperationContext) {
  settle(ctx.store, ctx.now);
  const { addons } = existingCluster(ctx);
  const names = new Set([...addonCatalog, ...addons].map(({ name }) => name));
  return Object.fromEntries(
    [...names].map((name) => {
      const installed = addons.find((addon) => addon.name === name);
      const offered = findCatalogAddon(name);
      return [
        name,
        {
          component_name: name,
          version: installed?.version ?? '',
          next_version: offered?.version ?? installed?.version ?? '',
          changed: 'false',
          can_upgrade: false,
          policy: '',
          ready_to_upgrade: 'false',
          exist: installed !== undefined,
          required: offered?.installByDefault ?? false,
          message: '',
          value: installed?.config ?? '',
        },
      ];
    }),
  );
}

function listAddons() {
  return { addons: addonCatalog.map(toCatalogItem) };
}

function describeAddon({ params }: OperationContext) {
  const name = params.AddonName ?? '';
  const offered = findCatalogAddon(name);
  if (offered === undefined || (params.version && params.version !== offered.version)) throw addonNotFound(name);
  return { ...toCatalogItem(offered), newer_versions: [] };
}

function toCatalogItem({ name, version, category, managed, installByDefault }: CatalogAddon) {
  return {
    name,
    version,
    category,
    managed,
    install_by_default: installByDefault,
    config_schema: '{}',
    supported_actions: ['Install', 'Uninstall'],
    architecture: ['amd64', 'arm64'],
  };
}

function addonNotFound(name: string): ApiFault {
  return new ApiFault(404, 'AddonNotFound', `addon ${name} not found`);
}
