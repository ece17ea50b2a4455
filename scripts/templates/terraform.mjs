// Terraform modules: read, checked against the provider's schema, and worked out for given variables.
import { readFileSync, existsSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { deploy, filesBelow, installed } from './files.mjs';
import { Broken, evaluate, functions, template, walk } from './hcl.mjs';
import { ACCOUNT, KINDS, PARTITION, REGION, consumerArn, queueUrl, tableStreamArn } from './names.mjs';

const provider = JSON.parse(readFileSync(new URL('aws-provider.json', import.meta.url), 'utf8'));
const META = new Set(['count', 'for_each', 'depends_on', 'lifecycle', 'provider', 'dynamic', 'provisioner', 'connection']);

/** What cannot be worked out, since it is read from an account. */
const READ = {
  aws_caller_identity: () => ({ account_id: ACCOUNT }),
  aws_partition: () => ({ partition: PARTITION }),
  aws_secretsmanager_secret_version: () => ({
    secret_string: JSON.stringify({
      'b-1': { endpoint_url: 'b-1.kafka.example', broker_port: 9094, service_name: 'com.amazonaws.vpce.b-1' },
      'b-2': { endpoint_url: 'b-2.kafka.example', broker_port: 9094, service_name: 'com.amazonaws.vpce.b-2' },
    }),
  }),
};

/** CloudFormation's word for a resource that has an ARN, and the argument that names it. */
const NAMED = {
  aws_dynamodb_table: ['AWS::DynamoDB::Table', 'name'],
  aws_sqs_queue: ['AWS::SQS::Queue', 'name'],
  aws_kinesis_stream: ['AWS::Kinesis::Stream', 'name'],
  aws_kinesis_firehose_delivery_stream: ['AWS::KinesisFirehose::DeliveryStream', 'name'],
  aws_lambda_function: ['AWS::Lambda::Function', 'function_name'],
  aws_cloudwatch_log_group: ['AWS::Logs::LogGroup', 'name'],
  aws_iam_role: ['AWS::IAM::Role', 'name'],
  aws_s3_bucket: ['AWS::S3::Bucket', 'bucket'],
  aws_kms_key: ['AWS::KMS::Key', null],
};

export function folders() {
  return [...new Set(filesBelow(deploy, '.tf').map((file) => dirname(file)))].sort();
}

export async function load(folder) {
  const { parse } = installed('@cdktf/hcl2json');
  const module = { folder, variable: {}, locals: {}, output: {}, resource: {}, data: {}, module: {}, terraform: [], provider: {}, inner: {}, twice: [] };
  for (const file of filesBelow(folder, '.tf').filter((each) => dirname(each) === folder)) {
    const read = await parse(basename(file), readFileSync(file, 'utf8'));
    for (const [section, content] of Object.entries(read)) {
      if (section === 'locals') content.forEach((each) => Object.assign(module.locals, each));
      else if (section === 'terraform') module.terraform.push(...content);
      else if (section === 'resource' || section === 'data') {
        for (const [type, byName] of Object.entries(content)) {
          for (const [name, bodies] of Object.entries(byName)) {
            if (module[section][type]?.[name] || bodies.length > 1) module.twice.push(`${section} ${type}.${name}`);
            (module[section][type] ??= {})[name] = bodies[0];
          }
        }
      } else if (section in module) {
        for (const [name, bodies] of Object.entries(content)) {
          if (module[section][name] || bodies.length > 1) module.twice.push(`${section} ${name}`);
          module[section][name] = bodies[0];
        }
      } else {
        throw new Broken(`unknown section ${section}`);
      }
    }
  }
  for (const [name, { source }] of Object.entries(module.module)) {
    const inner = resolve(folder, source ?? '');
    if (!source?.startsWith('.') || !existsSync(inner)) throw new Broken(`module ${name}: there is no module in '${source}'`);
    module.inner[name] = await load(inner);
  }
  return module;
}

const each = function* (byType) {
  for (const [type, byName] of Object.entries(byType)) {
    for (const [name, body] of Object.entries(byName)) yield [type, name, body];
  }
};

/** Every expression in a value, as a tree, and where it is. */
function* expressions(value, where) {
  if (typeof value === 'string') {
    if (value.includes('${')) yield [template(value), where];
  } else if (value && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) yield* expressions(inner, Array.isArray(value) ? where : `${where}.${key}`);
  }
}

/** What is wrong with a module, whatever its variables are. */
export async function problems(folder) {
  const found = [];
  const tell = (where, what) => found.push(`${relative(deploy, folder)}: ${where}: ${what}`);
  let module;
  try {
    module = await load(folder);
  } catch (e) {
    tell('syntax', e.message);
    return found;
  }
  module.twice.forEach((what) => tell(what, 'is there twice'));
  const used = new Set();
  const outputs = {};

  for (const [name, body] of Object.entries(module.module)) {
    const inner = module.inner[name];
    outputs[name] = new Set(Object.keys(inner.output));
    for (const key of Object.keys(body)) {
      if (key !== 'source' && !META.has(key) && !inner.variable[key]) tell(`module ${name}`, `the module has no variable ${key}`);
    }
    for (const [key, variable] of Object.entries(inner.variable)) {
      if (!('default' in variable) && !(key in body)) tell(`module ${name}`, `variable ${key} is needed`);
    }
  }

  const check = (value, where, iterators = []) => {
    for (const [tree, at] of expressions(value, where)) {
      try {
        walk(tree, ({ path, call }) => {
          if (call) {
            if (!(call in functions)) tell(at, `unknown function ${call}`);
          } else {
            const problem = reference(path, iterators);
            if (problem) tell(at, problem);
          }
        });
      } catch (e) {
        if (!(e instanceof Broken)) throw e;
        tell(at, e.message);
      }
    }
  };

  const reference = (path, iterators) => {
    const [first, second, third, fourth] = path;
    if (['each', 'count', 'self', 'path', ...iterators].includes(first)) return null;
    if (first === 'var') return (used.add(`var.${second}`), module.variable[second] ? null : `there is no variable ${second}`);
    if (first === 'local') return (used.add(`local.${second}`), second in module.locals ? null : `there is no local ${second}`);
    if (first === 'module') {
      if (!module.module[second]) return `there is no module ${second}`;
      return third && !outputs[second]?.has(third) ? `module ${second} has no output ${third}` : null;
    }
    if (first === 'data') {
      used.add(`data.${second}.${third}`);
      if (!module.data[second]?.[third]) return `there is no data ${second}.${third}`;
      const schema = provider.data[second];
      return fourth && schema && !(fourth in schema.attributes) ? `${second} has no attribute ${fourth}` : null;
    }
    if (!module.resource[first]?.[second]) return `there is no ${first}.${second}`;
    const schema = provider.resources[first];
    if (third && schema && !(third in schema.attributes)) return `${first} has no attribute ${third}`;
    const inner = schema?.attributes[third];
    return fourth && inner && !(fourth in inner) ? `${first}.${third} has no attribute ${fourth}` : null;
  };

  const body = (value, schema, where, iterators) => {
    for (const [key, given] of Object.entries(value)) {
      if (META.has(key) && key !== 'dynamic') {
        if (key === 'lifecycle') check(given, `${where}.lifecycle`, iterators);
        else check(given, `${where}.${key}`, iterators);
        continue;
      }
      if (key === 'dynamic') {
        for (const [block, [dynamic]] of Object.entries(given)) {
          const inner = schema[block];
          const iterator = dynamic.iterator ?? block;
          if (!inner) tell(where, `has no block ${block}`);
          check(dynamic.for_each, `${where}.${block}`, iterators);
          if (inner?.of) dynamic.content.forEach((content) => body(content, inner.of, `${where}.${block}`, [...iterators, iterator]));
        }
        continue;
      }
      const inner = schema[key];
      if (!inner) {
        tell(where, `has no argument ${key}`);
        continue;
      }
      if (inner.kind === 'block') {
        if (!Array.isArray(given)) tell(where, `${key} is a block, not an argument`);
        else given.forEach((block) => body(block, inner.of, `${where}.${key}`, iterators));
        if (Array.isArray(given) && given.length > 1 && !inner.many) tell(where, `${key} may be there once`);
      } else {
        check(given, `${where}.${key}`, iterators);
        const literal = typeof given !== 'string' || !given.includes('${');
        if (literal && inner.kind === 'number' && Number.isNaN(Number(given))) tell(where, `${key} is a number`);
        if (literal && inner.kind === 'bool' && typeof given !== 'boolean') tell(where, `${key} is true or false`);
        if (literal && inner.kind === 'list' && !Array.isArray(given)) tell(where, `${key} is a list`);
        if (literal && inner.kind === 'string' && typeof given === 'object' && given !== null) tell(where, `${key} is a text`);
      }
    }
    for (const [key, inner] of Object.entries(schema)) {
      if (inner.required && !(key in value) && !(key in (value.dynamic ?? {}))) tell(where, `${key} is needed`);
    }
  };

  for (const [section, schemas] of [['resource', provider.resources], ['data', provider.data]]) {
    for (const [type, name, given] of each(module[section])) {
      const schema = schemas[type];
      if (!schema) tell(`${type}.${name}`, `unknown ${section} ${type}: is aws-provider.json made again?`);
      else body(given, schema.arguments, `${type}.${name}`, []);
    }
  }
  for (const [name, given] of Object.entries(module.module)) check({ ...given, source: null }, `module ${name}`);
  for (const [name, given] of Object.entries(module.locals)) check(given, `local.${name}`);
  for (const [name, given] of Object.entries(module.provider)) check(given, `provider ${name}`);
  for (const [name, given] of Object.entries(module.output)) {
    check(given.value, `output.${name}`);
    if (!given.description) tell(`output.${name}`, 'has no description');
  }
  for (const [name, given] of Object.entries(module.variable)) {
    const where = `variable ${name}`;
    if (!given.description) tell(where, 'has no description');
    if (!given.type) tell(where, 'has no type');
    for (const [key] of Object.entries(given)) {
      if (!['default', 'description', 'type', 'validation', 'sensitive', 'nullable'].includes(key)) tell(where, `has no argument ${key}`);
    }
    check(given.validation, where);
  }
  for (const name of Object.keys(module.variable)) if (!used.has(`var.${name}`)) tell(`variable ${name}`, 'is not used');
  for (const name of Object.keys(module.locals)) if (!used.has(`local.${name}`)) tell(`local.${name}`, 'is not used');
  for (const [type, name] of each(module.data)) if (!used.has(`data.${type}.${name}`)) tell(`data ${type}.${name}`, 'is not used');
  return found;
}

/**
 * Works a loaded module out for given variables: every instance of every resource with its arguments, and the
 * outputs. Throws Broken where Terraform would say no, as far as that is known here.
 */
export function plan(module, given = {}) {
  const variables = {};
  for (const name of Object.keys(given)) if (!module.variable[name]) throw new Broken(`there is no variable ${name}`);
  for (const [name, variable] of Object.entries(module.variable)) {
    if (!(name in given) && !('default' in variable)) throw new Broken(`variable ${name} is needed`);
    variables[name] = name in given ? given[name] : literal(variable.default);
    const type = /^\$\{(string|number|bool)\}$/.exec(variable.type)?.[1];
    const kind = { string: 'string', number: 'number', bool: 'boolean' }[type];
    if (kind && variables[name] !== null && typeof variables[name] !== kind) throw new Broken(`variable ${name} is a ${type}`);
  }

  const memory = new Map();
  const once = (key, make) => {
    if (memory.has(key) && !memory.get(key)) throw new Broken(`${key} depends on itself`);
    if (!memory.has(key)) {
      memory.set(key, null);
      memory.set(key, { value: make() });
    }
    return memory.get(key).value;
  };
  const lazily = (keys, make) =>
    Object.defineProperties({}, Object.fromEntries(keys.map((key) => [key, { enumerable: true, get: () => make(key) }])));
  const names = (bound) => (first) => {
    if (first in bound) return bound[first];
    switch (first) {
      case 'var': return variables;
      case 'local': return lazily(Object.keys(module.locals), (name) => once(`local.${name}`, () => work(module.locals[name])));
      case 'module': return lazily(Object.keys(module.module), (name) => inner(name).outputs);
      case 'data': return lazily(Object.keys(module.data), (type) => lazily(Object.keys(module.data[type]), (name) => instances('data', type, name)));
      default:
        if (!module.resource[first]) throw new Broken(`there is no ${first}`);
        return lazily(Object.keys(module.resource[first]), (name) => instances('resource', first, name));
    }
  };
  const work = (value, bound = {}) => {
    if (typeof value === 'string') return value.includes('${') ? evaluate(template(value), names(bound)) : value;
    if (Array.isArray(value)) return value.map((item) => work(item, bound));
    if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, work(item, bound)]));
    return value;
  };
  const inner = (name) => once(`module.${name}`, () => {
    const { source: _, ...body } = module.module[name];
    return plan(module.inner[name], work(body));
  });
  const entries = (over) => Array.isArray(over) ? over.map((item) => [item, item]) : Object.entries(over);

  const instances = (section, type, name) => once(`${section}.${type}.${name}`, () => {
    const body = module[section][type][name];
    const one = (bound, key) => instance(section, type, `${type}.${name}${key}`, body, bound);
    if ('count' in body) return Array.from({ length: work(body.count) }, (_, index) => one({ count: { index } }, `[${index}]`));
    if (!('for_each' in body)) return one({}, '');
    return Object.fromEntries(entries(work(body.for_each)).map(([key, value]) => [key, one({ each: { key, value } }, `["${key}"]`)]));
  });

  const arguments_ = (body, schema, bound) => {
    const result = {};
    for (const [key, value] of Object.entries(body)) {
      if (key === 'dynamic') {
        for (const [block, [dynamic]] of Object.entries(value)) {
          const blocks = entries(work(dynamic.for_each, bound)).map(([at, item]) =>
            arguments_(dynamic.content[0], schema[block].of, { ...bound, [dynamic.iterator ?? block]: { key: at, value: item } }));
          result[block] = [...(result[block] ?? []), ...blocks];
        }
      } else if (!META.has(key)) {
        result[key] = schema[key].kind === 'block'
          ? [...(result[key] ?? []), ...value.map((block) => arguments_(block, schema[key].of, bound))]
          : work(value, bound);
      }
    }
    return result;
  };

  const instance = (section, type, address, body, bound) => {
    const schema = (section === 'data' ? provider.data : provider.resources)[type];
    const given = arguments_(body, schema.arguments, bound);
    for (const { condition, error_message: message } of body.lifecycle?.flatMap((one) => one.precondition ?? []) ?? []) {
      if (work(condition, bound) !== true) throw new Broken(`${address}: ${message}`);
    }
    const known = section === 'data' && READ[type] ? READ[type]() : {};
    if (type === 'aws_iam_policy_document') known.json = JSON.stringify(document(given));
    const [kind, argument] = NAMED[type] ?? [];
    if (kind) {
      known.arn = KINDS[kind].arn(given[argument]);
      if (argument) known.id = given[argument];
    }
    if (type === 'aws_cloudwatch_log_group') known.arn = known.arn.replace(/:\*$/, '');
    if (type === 'aws_sqs_queue') Object.assign(known, { id: queueUrl(given.name), url: queueUrl(given.name) });
    if (type === 'aws_dynamodb_table' && given.stream_enabled) known.stream_arn = tableStreamArn(known.arn);
    if (type === 'aws_kinesis_stream_consumer') known.arn = consumerArn(given.stream_arn, given.name);
    const made = fields(address, schema.attributes, { ...given, ...known });
    return Object.defineProperty(made, GIVEN, { value: { address, type, given } });
  };

  for (const [name, variable] of Object.entries(module.variable)) {
    for (const { condition, error_message: message } of variable.validation ?? []) {
      if (work(condition) !== true) throw new Broken(`variable ${name}: ${message}`);
    }
  }
  for (const [type, name] of each(module.data)) instances('data', type, name);
  for (const name of Object.keys(module.locals)) work(`\${local.${name}}`);
  const resources = [];
  for (const [type, name] of each(module.resource)) {
    const made = instances('resource', type, name);
    const all = made[GIVEN] ? [made] : Object.values(made);
    resources.push(...all.map((one) => one[GIVEN]));
  }
  for (const name of Object.keys(module.module)) {
    resources.push(...inner(name).resources.map((one) => ({ ...one, address: `module.${name}.${one.address}` })));
  }
  const outputs = Object.fromEntries(Object.entries(module.output).map(([name, output]) => [name, work(output.value)]));
  return { outputs, resources };
}

/** What an instance was given, beside what can be read of it. */
const GIVEN = Symbol('given');

/** What can be read of an instance: what is known, and a placeholder for what AWS chooses. */
function fields(address, attributes, values) {
  return Object.fromEntries(Object.entries(attributes).map(([name, nested]) => [
    name,
    values[name] ?? (nested ? [fields(`${address}.${name}`, nested, {})] : `<${address}.${name}>`),
  ]));
}

function literal(value) {
  return typeof value === 'string' && value.includes('${') ? evaluate(template(value), (name) => { throw new Broken(`a default reads ${name}`); })
    : Array.isArray(value) ? value.map(literal)
      : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, literal(item)])) : value;
}

/** A policy as aws_iam_policy_document writes it. */
function document(given) {
  return {
    Version: '2012-10-17',
    Statement: (given.statement ?? []).map((statement) => {
      const written = { Effect: statement.effect ?? 'Allow' };
      if (statement.sid) written.Sid = statement.sid;
      if (statement.principals) written.Principal = Object.fromEntries(statement.principals.map((one) => [one.type, one.identifiers]));
      written.Action = statement.actions;
      if (statement.resources) written.Resource = statement.resources;
      if (statement.condition?.length) {
        written.Condition = {};
        for (const { test, variable, values } of statement.condition) (written.Condition[test] ??= {})[variable] = values;
      }
      return written;
    }),
  };
}
