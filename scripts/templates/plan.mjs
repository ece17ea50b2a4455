// Reads [{"template": ..., "parameters": {...}}, ...] and writes what each would make, in the words of plans.mjs.
import { readFileSync } from 'node:fs';
import { plan } from './plans.mjs';

const plans = [];
for (const { template, parameters } of JSON.parse(readFileSync(0, 'utf8'))) plans.push(await plan(template, parameters));
process.stdout.write(JSON.stringify(plans), () => process.exit(0)); // the HCL parser keeps the process alive otherwise
