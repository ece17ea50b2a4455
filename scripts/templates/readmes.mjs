// The commands in deploy/'s pages: each aws and terraform line fits what it names. Lines of ./fanout are tried by a
// test in Java, which has the command, and Maven's by scripts/documented.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { load } from './cloudformation.mjs';
import { deploy, filesBelow, installed, root } from './files.mjs';
import * as terraform from './terraform.mjs';

/** What aws lines here use: options that are needed end with !; as known 2026-11. */
const AWS = {
  's3 cp': [],
  's3 ls': [],
  'cloudformation deploy': ['stack-name!', 'template-file!', 'capabilities', 'parameter-overrides'],
  'cloudformation describe-stacks': ['stack-name!', 'query'],
  'cloudformation delete-stack': ['stack-name!'],
  'dynamodb scan': ['table-name!', 'max-items'],
  'kinesis put-record': ['stream-name!', 'partition-key!', 'data!', 'cli-binary-format'],
  'lambda list-event-source-mappings': ['function-name'],
  'logs tail': ['since'],
  'secretsmanager get-secret-value': ['secret-id!', 'query', 'output'],
};

/** Template bodies may have this many bytes where they are not in S3, as known 2026-11. */
const TEMPLATE_BYTES = 51200;

export function words(line) {
  const found = [];
  for (const [, quoted, plain] of line.matchAll(/"((?:[^"\\]|\\.)*)"|((?:[^\s"]|"(?:[^"\\]|\\.)*")+)/g)) {
    found.push(quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1'));
  }
  return found;
}

export function commands(file) {
  return [...readFileSync(file, 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => block.replace(/\\\n\s*/g, ' ').split('\n'))
    .filter((line) => line.trim());
}

export async function problems() {
  const found = [];
  for (const file of filesBelow(deploy, 'README.md')) {
    const given = new Map(); // parameters by stack: the next deployment keeps them
    for (const line of commands(file)) {
      const tell = (what) => found.push(`${relative(deploy, file)}: '${line.slice(0, 70)}': ${what}`);
      const [first, ...rest] = words(line);
      if (first === 'aws') aws(rest, given, tell);
      else if (first === 'terraform') await hcl(rest, file, tell);
      else if (first !== './fanout' && first !== 'mvn') tell(`${first} is not known`);
    }
  }
  return found;
}

function aws([service, operation, ...rest], given, tell) {
  const options = AWS[`${service} ${operation}`];
  if (!options) return tell(`aws ${service} ${operation} is not known`);
  const taken = new Map();
  let name = null;
  for (const word of rest) {
    if (word.startsWith('--')) {
      name = word.slice(2);
      if (!options.some((each) => each.replace('!', '') === name)) tell(`has no option --${name}`);
      taken.set(name, []);
    } else if (name) {
      taken.get(name).push(word);
    }
  }
  for (const each of options) if (each.endsWith('!') && !taken.has(each.slice(0, -1))) tell(`--${each.slice(0, -1)} is needed`);
  if (operation !== 'deploy') return null;
  const path = join(root, taken.get('template-file')?.[0] ?? '').replace(join(root, 'deploy'), deploy);
  if (!existsSync(path) || !statSync(path).isFile()) return tell('there is no such template');
  if (statSync(path).size > TEMPLATE_BYTES) tell(`the template has more than ${TEMPLATE_BYTES} bytes`);
  const template = load(path);
  const stack = taken.get('stack-name')?.[0];
  const before = given.get(stack) ?? [];
  const now = (taken.get('parameter-overrides') ?? []).map((each) => each.slice(0, each.indexOf('=')));
  for (const key of now) if (!(key in template.Parameters)) tell(`the template has no parameter ${key}`);
  for (const [key, parameter] of Object.entries(template.Parameters)) {
    if (!('Default' in parameter) && !now.includes(key) && !before.includes(key)) tell(`parameter ${key} is needed`);
  }
  given.set(stack, [...before, ...now]);
  const roles = Object.values(template.Resources).filter((each) => each.Type === 'AWS::IAM::Role');
  const isNamed = roles.some((each) => each.Properties.RoleName);
  const wanted = isNamed ? 'CAPABILITY_NAMED_IAM' : roles.length ? 'CAPABILITY_IAM' : undefined;
  if (taken.get('capabilities')?.[0] !== wanted) tell(`--capabilities ${wanted ?? 'nothing'} is needed`);
  return null;
}

async function hcl(rest, file, tell) {
  const chdir = /^-chdir=(.+)$/.exec(rest[0] ?? '')?.[1];
  const folder = join(root, chdir ?? '').replace(join(root, 'deploy'), deploy);
  if (!chdir || !existsSync(join(folder, 'variables.tf'))) return tell('there is no such module');
  const module = await terraform.load(folder);
  const [, subcommand, ...options] = rest;
  if (!['init', 'apply', 'destroy'].includes(subcommand)) return tell(`terraform ${subcommand} is not known`);
  const now = [];
  for (let at = 0; at < options.length; at++) {
    const fromFile = /^-var-file=(.+)$/.exec(options[at])?.[1];
    if (options[at] === '-var') now.push(options[++at].split('=')[0]);
    else if (fromFile) now.push(...await inBlock(file, fromFile, tell));
    else tell(`unknown: ${options[at]}`);
  }
  for (const key of now) if (!module.variable[key]) tell(`the module has no variable ${key}`);
  if (subcommand === 'init') return null;
  for (const [key, variable] of Object.entries(module.variable)) {
    if (!('default' in variable) && !now.includes(key)) tell(`variable ${key} is needed`);
  }
  return null;
}

/** The variables of a file that the page shows. */
async function inBlock(file, name, tell) {
  const block = new RegExp(`\`${name}\`[^\`]*(?:\`[^\`\\n]+\`[^\`]*)*\`\`\`hcl\\n([\\s\\S]*?)\`\`\``).exec(readFileSync(file, 'utf8'))?.[1];
  if (!block) {
    tell(`${name} is not shown`);
    return [];
  }
  return Object.keys(await installed('@cdktf/hcl2json').parse(resolve(dirname(file), name), block));
}
