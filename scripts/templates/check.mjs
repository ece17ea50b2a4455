// Checks everything in deploy/, or the templates that are named: prints what is wrong, a line each, and fails if
// something is.
import { relative } from 'node:path';
import { CASES, combinations } from './cases.mjs';
import * as cloudformation from './cloudformation.mjs';
import { deploy } from './files.mjs';
import { Broken } from './hcl.mjs';
import * as iam from './iam.mjs';
import * as plans from './plans.mjs';
import * as readmes from './readmes.mjs';
import * as terraform from './terraform.mjs';

const named = process.argv.slice(2);
const isWanted = (name) => named.length === 0 || named.includes(name);
const found = new Set();
const sound = new Set();

for (const file of cloudformation.files().filter((each) => isWanted(relative(deploy, each)))) {
  const problems = cloudformation.problems(file);
  problems.forEach((problem) => found.add(problem));
  if (!problems.length) sound.add(relative(deploy, file));
}
for (const folder of terraform.folders().filter((each) => isWanted(relative(deploy, each)))) {
  const problems = await terraform.problems(folder);
  problems.forEach((problem) => found.add(problem));
  if (!problems.length) sound.add(relative(deploy, folder));
}
let planned = 0;
const judged = new Map();
const names = plans.names();
for (const name of names.filter(isWanted)) {
  if (!CASES[name]) found.add(`${name}: has no case in cases.mjs`);
  else if (sound.has(name)) for (const parameters of combinations(CASES[name])) await planOne(name, parameters);
}
for (const name of Object.keys(CASES)) if (!names.includes(name)) found.add(`${name}: has a case, and is not there`);
if (!named.length) (await readmes.problems()).forEach((problem) => found.add(problem));

async function planOne(name, parameters) {
  let plan;
  try {
    plan = await plans.plan(name, parameters);
  } catch (e) {
    if (!(e instanceof Broken)) throw e;
    found.add(`${name}: ${e.message}`);
    return;
  }
  planned++;
  for (const role of plan.roles) {
    await judge(`${name}: trust of ${role.name}`, role.trust, 'trust');
    for (const document of role.permissions) await judge(`${name}: permissions of ${role.name}`, document, 'permissions');
  }
  for (const { policy } of plan.keys) await judge(`${name}: policy of a key`, policy, 'resource');
  for (const { policy } of plan.resourcePolicies) await judge(`${name}: policy of a resource`, policy, 'resource');
  for (const each of plan.mappings) {
    const isKafka = each.topics.length > 0;
    const mustReport = !isKafka || each.pollers !== null;
    if (each.responses.includes('ReportBatchItemFailures') !== mustReport) found.add(`${name}: its mapping reports item failures: ${!mustReport}`);
    const answers = plan.functions.some((one) => one.environment.FANOUT_PARTIAL_RESPONSES === 'true');
    if (answers && !each.responses.includes('ReportBatchItemFailures')) found.add(`${name}: what the function answers is lost`);
    if (each.retries !== null && each.retries !== -1) found.add(`${name}: its mapping gives up after ${each.retries} retries by default`);
    if (each.recordAge !== null && each.recordAge !== -1) found.add(`${name}: its mapping gives up after ${each.recordAge} seconds by default`);
    if (!each.onFailure) found.add(`${name}: its mapping tells nobody of what it gives up`);
  }
  for (const queue of plan.queues) if (!queue.encrypted) found.add(`${name}: the queue ${queue.name} is not encrypted`);
  for (const log of plan.logs) if (!log.days) found.add(`${name}: the log ${log.name} is kept for ever`);
}

async function judge(where, document, kind) {
  const key = JSON.stringify([document, kind]);
  if (!judged.has(key)) judged.set(key, await iam.problems(document, kind));
  judged.get(key).forEach((problem) => found.add(`${where}: ${problem}`));
}

for (const problem of found) console.log(problem);
console.error(`${planned} plans, ${found.size} problems`);
process.exit(found.size ? 1 : 0); // the HCL parser keeps the process alive otherwise
