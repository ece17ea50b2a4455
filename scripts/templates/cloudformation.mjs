// CloudFormation templates: read, checked against the published resource specification, and worked out for given
// parameters.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { deploy, filesBelow, installed } from './files.mjs';
import { Broken } from './hcl.mjs';
import { ACCOUNT, KINDS, PARTITION, REGION, consumerArn, queueUrl, tableStreamArn } from './names.mjs';

const SECTIONS = ['AWSTemplateFormatVersion', 'Description', 'Parameters', 'Rules', 'Conditions', 'Resources', 'Outputs'];
const OF_RESOURCE = ['Type', 'Properties', 'Condition', 'DependsOn', 'DeletionPolicy', 'UpdateReplacePolicy'];
const OF_PARAMETER = ['Type', 'Default', 'Description', 'AllowedPattern', 'AllowedValues', 'MinValue', 'MaxValue'];
const PSEUDO = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
  'AWS::Partition': PARTITION,
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'stack',
};
const FUNCTIONS = ['Ref', 'Fn::GetAtt', 'Fn::Sub', 'Fn::If', 'Fn::Equals', 'Fn::Not', 'Fn::And', 'Fn::Or', 'Fn::Select', 'Fn::Split', 'Fn::Join', 'Condition'];

export const files = () => filesBelow(deploy, '.yaml');

export function load(file) {
  const yaml = installed('js-yaml');
  const tag = (name, kind, key) => new yaml.Type(`!${name}`, { kind, construct: (value) => ({ [key]: name === 'GetAtt' && kind === 'scalar' ? split(value) : value }) });
  const split = (value) => [value.slice(0, value.indexOf('.')), value.slice(value.indexOf('.') + 1)];
  const tags = ['Ref', 'Condition'].map((name) => tag(name, 'scalar', name));
  for (const name of FUNCTIONS.filter((each) => each.startsWith('Fn::')).map((each) => each.slice(4))) {
    tags.push(...['scalar', 'sequence'].map((kind) => tag(name, kind, `Fn::${name}`)));
  }
  return yaml.load(readFileSync(file, 'utf8'), { schema: yaml.CORE_SCHEMA.extend(tags), filename: file });
}

let database;
function specification(type) {
  database ??= installed('@aws-cdk/aws-service-spec').loadAwsServiceSpecSync();
  const found = [...database.lookup('resource', 'cloudFormationType', 'equals', type)];
  return found[0] ?? null;
}

const functionOf = (value) => {
  if (!value || typeof value !== 'object' || Array.isArray(value)) return null;
  const keys = Object.keys(value);
  return keys.length === 1 && FUNCTIONS.includes(keys[0]) ? keys[0] : null;
};

const inSub = (text) => [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map((match) => match[1].trim());

/** What is wrong with a template, whatever its parameters are. */
export function problems(file) {
  const found = [];
  const name = relative(deploy, file);
  const tell = (where, what) => found.push(`${name}: ${where}: ${what}`);
  let template;
  try {
    template = load(file);
  } catch (e) {
    tell('syntax', e.message.split('\n')[0]);
    return found;
  }
  const { Parameters = {}, Conditions = {}, Resources = {}, Outputs = {}, Rules = {} } = template;
  const used = new Set();
  for (const section of Object.keys(template)) if (!SECTIONS.includes(section)) tell(section, 'unknown section');
  if (template.AWSTemplateFormatVersion !== '2010-09-09') tell('AWSTemplateFormatVersion', 'is not 2010-09-09');
  if ((template.Description ?? '').length > 1024) tell('Description', 'is longer than 1024 bytes');

  for (const [key, parameter] of Object.entries(Parameters)) parameterProblems(parameter, (what) => tell(`parameter ${key}`, what));
  for (const key of Object.keys(Resources)) if (key in Parameters) tell(key, 'is a parameter and a resource');

  const attribute = (logical, wanted, where) => {
    used.add(logical);
    const resource = Resources[logical];
    if (!resource) return tell(where, `there is no resource ${logical}`);
    const spec = specification(resource.Type);
    if (spec && !(wanted in spec.attributes)) tell(where, `${resource.Type} has no attribute ${wanted}`);
    return null;
  };
  const reference = (key, where) => {
    used.add(key);
    if (!(key in Parameters) && !(key in Resources) && !(key in PSEUDO) && key !== 'AWS::NoValue') tell(where, `there is no ${key}`);
  };
  const condition = (key, where) => {
    used.add(`condition ${key}`);
    if (!(key in Conditions)) tell(where, `there is no condition ${key}`);
  };
  const references = (value, where) => {
    if (Array.isArray(value)) return value.forEach((each) => references(each, where));
    if (!value || typeof value !== 'object') return null;
    const call = functionOf(value);
    if (!call) return Object.entries(value).forEach(([key, each]) => references(each, `${where}.${key}`));
    const given = value[call];
    if (call === 'Ref') reference(given, where);
    else if (call === 'Condition') condition(given, where);
    else if (call === 'Fn::GetAtt') attribute(given[0], given[1], where);
    else if (call === 'Fn::Sub') {
      if (typeof given !== 'string') tell(where, 'Sub of a list is not used here');
      else inSub(given).forEach((each) => each.includes('.') && !each.startsWith('AWS::')
        ? attribute(each.slice(0, each.indexOf('.')), each.slice(each.indexOf('.') + 1), where) : reference(each, where));
      if (typeof given === 'string' && !given.includes('${')) tell(where, 'Sub without a variable');
    } else {
      if (call === 'Fn::If') condition(given[0], where);
      references(given, where);
    }
    return null;
  };

  // What a property is worth under each branch of its Ifs.
  const branches = (value) => functionOf(value) === 'Fn::If' ? value['Fn::If'].slice(1).flatMap(branches) : [value];
  const isNothing = (value) => value && typeof value === 'object' && value.Ref === 'AWS::NoValue';

  const matches = (value, type, where) => {
    for (const each of branches(value)) {
      if (isNothing(each) || functionOf(each)) continue;
      const complaint = mismatch(each, type, where);
      if (complaint) tell(where, complaint);
    }
  };
  const mismatch = (value, type, where) => {
    switch (type.type) {
      case 'string': return ['string', 'number', 'boolean'].includes(typeof value) ? null : 'is a text';
      case 'integer': case 'number': return Number.isFinite(Number(value)) && value !== '' && typeof value !== 'object' ? null : 'is a number';
      case 'boolean': return [true, false, 'true', 'false'].includes(value) ? null : 'is true or false';
      case 'array':
        if (!Array.isArray(value)) return 'is a list';
        value.forEach((each) => matches(each, type.element, where));
        return null;
      case 'map': return value && typeof value === 'object' && !Array.isArray(value) ? null : 'is a map';
      case 'tag': return value && typeof value === 'object' && Object.keys(value).sort().join() === 'Key,Value' ? null : 'is a tag';
      case 'ref': {
        if (!value || typeof value !== 'object' || Array.isArray(value)) return 'is an object';
        properties(value, database.get('typeDefinition', type.reference.$ref).properties, where);
        return null;
      }
      case 'union': {
        const before = found.length;
        const complaints = type.types.map((each) => {
          const complaint = mismatch(value, each, where);
          const isFine = !complaint && found.length === before;
          found.length = before;
          return isFine ? null : complaint ?? 'does not fit';
        });
        return complaints.includes(null) ? null : complaints[0];
      }
      default: return null; // json, date-time: anything
    }
  };
  const properties = (given, known, where) => {
    for (const [key, value] of Object.entries(given)) {
      if (!(key in known)) tell(where, `has no property ${key}`);
      else matches(value, known[key].type, `${where}.${key}`);
    }
    for (const [key, property] of Object.entries(known)) if (property.required && !(key in given)) tell(where, `${key} is needed`);
  };

  for (const [key, resource] of Object.entries(Resources)) {
    for (const each of Object.keys(resource)) if (!OF_RESOURCE.includes(each)) tell(key, `unknown: ${each}`);
    const spec = specification(resource.Type);
    if (!spec) tell(key, `unknown type ${resource.Type}`);
    else properties(resource.Properties ?? {}, spec.properties, key);
    references(resource.Properties, key);
    if (resource.Condition) condition(resource.Condition, key);
    for (const each of [resource.DependsOn ?? []].flat()) if (!(each in Resources)) tell(key, `depends on ${each}, which is not there`);
    if (['Retain', 'Snapshot'].includes(resource.DeletionPolicy) !== ['Retain', 'Snapshot'].includes(resource.UpdateReplacePolicy)) {
      tell(key, 'DeletionPolicy and UpdateReplacePolicy differ');
    }
  }
  Object.entries(Conditions).forEach(([key, value]) => references(value, `condition ${key}`));
  Object.entries(Rules).forEach(([key, value]) => references(value, `rule ${key}`));
  for (const [key, output] of Object.entries(Outputs)) {
    references(output.Value, `output ${key}`);
    if (!('Value' in output)) tell(`output ${key}`, 'has no value');
    if (!output.Description) tell(`output ${key}`, 'has no description');
  }
  for (const key of Object.keys(Parameters)) if (!used.has(key)) tell(`parameter ${key}`, 'is not used');
  for (const key of Object.keys(Conditions)) {
    const direct = Object.values(Resources).some((each) => each.Condition === key);
    if (!direct && !used.has(`condition ${key}`)) tell(`condition ${key}`, 'is not used');
  }
  return found;
}

function parameterProblems(parameter, tell) {
  for (const key of Object.keys(parameter)) if (!OF_PARAMETER.includes(key)) tell(`unknown: ${key}`);
  if (!['String', 'Number'].includes(parameter.Type)) tell(`is of type ${parameter.Type}`);
  if (!parameter.Description) tell('has no description');
  if ('Default' in parameter) {
    const problem = valueProblem(parameter, parameter.Default);
    if (problem) tell(`its default ${problem}`);
  }
}

function valueProblem(parameter, value) {
  if (parameter.Type === 'Number' && !Number.isFinite(Number(value))) return `'${value}' is no number`;
  if (parameter.Type === 'String' && typeof value !== 'string') return `${value} is no text`;
  if (parameter.AllowedValues && !parameter.AllowedValues.map(String).includes(String(value))) return `'${value}' is not allowed`;
  if (parameter.AllowedPattern && !new RegExp(`^(?:${parameter.AllowedPattern})$`).test(value)) return `'${value}' does not match`;
  if ('MinValue' in parameter && Number(value) < parameter.MinValue) return `${value} is too small`;
  if ('MaxValue' in parameter && Number(value) > parameter.MaxValue) return `${value} is too large`;
  return null;
}

/**
 * Works a template out for given parameters: the resources that there would be with their properties, and the
 * outputs. Throws Broken where CloudFormation would say no, as far as that is known here.
 */
export function plan(template, given = {}) {
  const { Parameters = {}, Conditions = {}, Resources = {}, Outputs = {}, Rules = {} } = template;
  const parameters = {};
  for (const key of Object.keys(given)) if (!(key in Parameters)) throw new Broken(`there is no parameter ${key}`);
  for (const [key, parameter] of Object.entries(Parameters)) {
    if (!(key in given) && !('Default' in parameter)) throw new Broken(`parameter ${key} is needed`);
    const value = key in given ? given[key] : parameter.Default;
    const problem = valueProblem(parameter, value);
    if (problem) throw new Broken(`parameter ${key}: ${problem}`);
    parameters[key] = String(value);
  }
  const NOTHING = Symbol('nothing');
  const holds = (value) => {
    const call = functionOf(value);
    const of = value[call];
    switch (call) {
      case 'Fn::Equals': return String(work(of[0])) === String(work(of[1]));
      case 'Fn::Not': return !holds(of[0]);
      case 'Fn::And': return of.every(holds);
      case 'Fn::Or': return of.some(holds);
      case 'Condition': return holds(Conditions[of]);
      default: throw new Broken(`no condition: ${JSON.stringify(value)}`);
    }
  };
  const isThere = (key) => !Resources[key].Condition || holds(Conditions[Resources[key].Condition]);
  const resource = (key) => {
    if (!isThere(key)) throw new Broken(`${key} is referred to, and is not there`);
    return Resources[key];
  };
  const nameOf = (key) => {
    const { Type, Properties = {} } = resource(key);
    const property = KINDS[Type]?.name;
    return property && Properties[property] ? work(Properties[property]) : `stack-${key}`;
  };
  const attribute = (key, wanted) => {
    const { Type, Properties = {} } = resource(key);
    if (wanted === 'ConsumerARN') return consumerArn(work(Properties.StreamARN), work(Properties.ConsumerName));
    if (wanted === 'StreamArn') return tableStreamArn(attribute(key, 'Arn'));
    if (wanted === 'Arn' && KINDS[Type]) return KINDS[Type].arn(nameOf(key));
    return wanted === 'DnsEntries' ? ['ZONE:name.of.endpoint'] : `<${key}.${wanted}>`;
  };
  const reference = (key) => {
    if (key in PSEUDO) return PSEUDO[key];
    if (key in parameters) return parameters[key];
    if (key === 'AWS::NoValue') return NOTHING;
    const { Type } = resource(key);
    if (Type === 'AWS::SQS::Queue') return queueUrl(nameOf(key));
    return KINDS[Type]?.name ? nameOf(key) : `<${key}>`;
  };
  const work = (value) => {
    if (Array.isArray(value)) return value.map(work).filter((each) => each !== NOTHING);
    if (!value || typeof value !== 'object') return value;
    const call = functionOf(value);
    if (!call || (call === 'Condition' && typeof value.Condition !== 'string')) {
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, work(each)]).filter(([, each]) => each !== NOTHING));
    }
    const of = value[call];
    switch (call) {
      case 'Ref': return reference(of);
      case 'Fn::GetAtt': return attribute(of[0], of[1]);
      case 'Fn::Sub': return of.replace(/\$\{([^!}][^}]*)\}/g, (_, key) => key.includes('.') && !key.startsWith('AWS::')
        ? attribute(key.slice(0, key.indexOf('.')), key.slice(key.indexOf('.') + 1)) : reference(key));
      case 'Fn::If': return work(holds(Conditions[of[0]]) ? of[1] : of[2]);
      case 'Fn::Select': return work(of[1])[Number(of[0])] ?? (() => { throw new Broken(`nothing at ${of[0]}`); })();
      case 'Fn::Split': return work(of[1]).split(of[0]);
      case 'Fn::Join': return work(of[1]).join(of[0]);
      default: throw new Broken(`${call} is not expected here`);
    }
  };
  for (const [key, rule] of Object.entries(Rules)) {
    if (rule.RuleCondition && !holds(rule.RuleCondition)) continue;
    for (const { Assert, AssertDescription } of rule.Assertions) if (!holds(Assert)) throw new Broken(`rule ${key}: ${AssertDescription}`);
  }
  const resources = Object.keys(Resources).filter(isThere)
    .map((key) => ({ address: key, type: Resources[key].Type, name: nameOf(key), given: work(Resources[key].Properties ?? {}) }));
  const outputs = Object.fromEntries(Object.entries(Outputs).map(([key, output]) => [key, work(output.Value)]));
  return { outputs, resources };
}
