// A plugin of the build: of the official SDKs only the operations that src/cloud calls, and the models that these need.
// The whole of them is more than a thousand files, which every command that calls the cloud would have to read.
import { readdirSync, readFileSync } from 'node:fs';

/** What the adapters name: `client.getRole(` and `models.GetRoleRequest`. */
export function usedNames(sources) {
  const operations = new Set();
  const models = new Set();
  for (const source of sources) {
    for (const [, name] of source.matchAll(/\bclient\.(\w+)\(/g)) operations.add(name);
    for (const [, name] of source.matchAll(/\bmodels\.(\w+)/g)) models.add(name);
  }
  return { operations, models };
}

/** A method of the client class: its comment, its head and its body, by the indentation of the generator. */
const method = /(?:^ {4}\/\*\*\n(?:^ {5}\*.*\n)+)?^ {4}async (\w+)\(.*\) \{\n(?:(?! {4}\}$).*\n)*^ {4}\}\n/gm;

/** The client with those operations alone; everything else of it stays. */
export function clientSubset(code, operations) {
  return code.replace(method, (whole, name) => (operations.has(name.replace(/WithOptions$/, '')) ? whole : ''));
}

const requirement = /^var (\w+) = require\("[^"]+"\);\n/gm;
const exported =
  /^Object\.defineProperty\(exports, "(\w+)", \{ enumerable: true, get: function \(\) \{ return (\w+)\.\w+; \} \}\);\n/gm;

/** The list of models with those alone. */
export function modelSubset(code, models) {
  const needed = new Set();
  const kept = code.replace(/^exports\.\w+ = .*void 0;\n/gm, '').replace(exported, (whole, name, from) => {
    if (!models.has(name)) return '';
    needed.add(from);
    return whole;
  });
  return kept.replace(requirement, (whole, name) => (needed.has(name) ? whole : ''));
}

const sdk = String.raw`[\\/]@alicloud[\\/](?:cs|ram|sts|ims)\d+[\\/]dist[\\/]`;
const clientFile = new RegExp(`${sdk}client\\.js$`);
const modelFile = new RegExp(`${sdk}models[\\\\/]model\\.js$`);
export const subsetFile = new RegExp(`${clientFile.source}|${modelFile.source}`);

/** Gives the code of a file of an SDK, cut down; of all other files the code as it is. */
export function createSubset(cloudFolder) {
  const sources = readdirSync(cloudFolder).map((name) => readFileSync(new URL(name, cloudFolder), 'utf8'));
  const { operations, models } = usedNames(sources);
  return (path, code) => {
    if (clientFile.test(path)) return clientSubset(code, operations);
    if (!modelFile.test(path)) return code;
    const client = clientSubset(readFileSync(path.replace(/models([\\/])model\.js$/, 'client.js'), 'utf8'), operations);
    const byClient = [...client.matchAll(/\$_model\.(\w+)/g)].map(([, name]) => name);
    return modelSubset(code, new Set([...models, ...byClient]));
  };
}

/** The plugin. It comes before what changes how files are written. */
export function sdkSubset() {
  const cut = createSubset(new URL('./src/cloud/', import.meta.url));
  return {
    name: 'sdk-subset',
    transform: {
      filter: { id: subsetFile },
      handler: (code, id) => ({ code: cut(id, code), map: null }),
    },
  };
}
