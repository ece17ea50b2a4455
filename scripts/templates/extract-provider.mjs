// Writes aws-provider.json: of Terraform's AWS provider, what the resources and data sources that deploy/ uses
// take and give. It is read from the typed bindings that npm has of that provider (@cdktf/provider-aws), which
// are too large to install for every build. Needed when deploy/ uses a new kind of resource:
//   node scripts/templates/extract-provider.mjs <folder of the unpacked package>
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deploy, filesBelow } from './files.mjs';

const bindings = process.argv[2];
if (!bindings || !existsSync(join(bindings, 'lib'))) {
  console.error('usage: extract-provider.mjs <folder of @cdktf/provider-aws, unpacked>');
  process.exit(2);
}

const manifest = JSON.parse(readFileSync(join(bindings, 'package.json'), 'utf8'));
const provider = /provider version (\S+)/.exec(readFileSync(join(bindings, 'README.md'), 'utf8'))[1];

/** The types that the modules in deploy/ name. */
function used() {
  const resources = new Set();
  const data = new Set();
  for (const file of filesBelow(deploy, '.tf')) {
    for (const [, kind, type] of readFileSync(file, 'utf8').matchAll(/^(resource|data) "(aws_\w+)"/gm)) {
      (kind === 'resource' ? resources : data).add(type);
    }
  }
  return { resources, data };
}

function schema(folder) {
  const types = readFileSync(join(bindings, 'lib', folder, 'index.d.ts'), 'utf8');
  const code = readFileSync(join(bindings, 'lib', folder, 'index.js'), 'utf8');
  const interfaces = new Map();
  for (const [, name, body] of types.matchAll(/^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)) {
    interfaces.set(name, body);
  }
  const config = [...interfaces.keys()].find((name) => name.endsWith('Config') && /extends cdktf\.TerraformMetaArguments/
    .test(types.slice(types.indexOf(`interface ${name} `), types.indexOf(`interface ${name} `) + 200)));
  const readable = readables(code);
  const arguments_ = config ? taken(config) : {};
  return { arguments: arguments_, attributes: readable };

  function taken(name) {
    const fields = {};
    const field = /#(\w+) [^\n]*\n(?:\s*\*(?!\/)[^\n]*\n)*\s*\*\/\n\s*readonly (\w+)(\??): ((?:\{[\s\S]*?\}|[^;{])+);/g;
    for (const [, snake, , optional, type] of interfaces.get(name).matchAll(field)) {
      const entry = { required: optional === '' };
      const nested = [...interfaces.keys()].find((each) => new RegExp(`\\b${each}\\b`).test(type));
      if (nested) {
        const inBlock = new RegExp(`\\b${snake}: \\{\\s*value: [^\\n]*\\n\\s*isBlock: true`).test(code);
        entry.kind = inBlock ? 'block' : 'object';
        entry.many = /\[\]/.test(type);
        entry.of = taken(nested);
      } else if (/\[key: string\]/.test(type)) {
        entry.kind = 'map';
      } else if (/\[\]/.test(type)) {
        entry.kind = 'list';
      } else {
        entry.kind = /number/.test(type) ? 'number' : /boolean/.test(type) ? 'bool' : 'string';
      }
      fields[snake] = entry;
    }
    return fields;
  }
}

/** What can be read of it: attribute names, with those of objects in them. */
function readables(code) {
  const classes = new Map();
  for (const [, name, parent, body] of code.matchAll(/^class (\w+) extends cdktf\.(\w+) \{\n([\s\S]*?)^\}/gm)) {
    classes.set(name, { parent, body });
  }
  const [, top] = [...classes].find(([, each]) => /^Terraform(Resource|DataSource)$/.test(each.parent));
  return attributes(top.body, new Set());

  function attributes(body, above) {
    const found = {};
    for (const [, name] of body.matchAll(/get\w+Attribute\(["'](\w+)["']\)/g)) found[name] = null;
    for (const [, list, name] of body.matchAll(/new (\w+)\(this, "(\w+)"/g)) {
      const item = list.replace(/(List|Map)$/, '') + (list.endsWith('OutputReference') ? '' : 'OutputReference');
      found[name] = classes.has(item) && !above.has(item) ? attributes(classes.get(item).body, new Set([...above, item])) : null;
    }
    return found;
  }
}

const { resources, data } = used();
const folders = new Set(readdirSync(join(bindings, 'lib')));
const folderOf = (type, prefix) => {
  const wanted = prefix + type.replace(/^aws_/, '').replaceAll('_', '-');
  if (!folders.has(wanted)) throw new Error(`the bindings have no ${wanted}`);
  return wanted;
};
const written = {
  comment: 'made by extract-provider.mjs; facts about hashicorp/aws, read from its typed bindings',
  provider,
  bindings: `${manifest.name} ${manifest.version}`,
  resources: Object.fromEntries([...resources].sort().map((type) => [type, schema(folderOf(type, ''))])),
  data: Object.fromEntries([...data].sort().map((type) => [type, schema(folderOf(type, 'data-aws-'))])),
};
writeFileSync(new URL('aws-provider.json', import.meta.url), JSON.stringify(written, null, 1) + '\n');
console.log(`${resources.size} resources and ${data.size} data sources of ${provider}`);
