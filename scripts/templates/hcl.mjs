// Terraform's expressions, as far as the modules in deploy/ use them: read into a tree, and worked out.

const OPERATORS = [['||'], ['&&'], ['==', '!='], ['<', '<=', '>', '>='], ['+', '-'], ['*', '/', '%']];

export class Broken extends Error {}

/** Reads a string as hcl2json writes it: text with ${expressions}. */
export function template(text) {
  const parts = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    if (text.startsWith('$${', at)) {
      literal += '${';
      at += 3;
    } else if (text.startsWith('${', at)) {
      if (literal) parts.push({ is: 'value', value: literal });
      literal = '';
      const reader = new Reader(text, at + 2);
      parts.push(reader.expression());
      reader.take('}');
      at = reader.at;
    } else {
      literal += text[at++];
    }
  }
  if (literal || parts.length === 0) parts.push({ is: 'value', value: literal });
  return parts.length === 1 ? parts[0] : { is: 'text', parts };
}

class Reader {
  constructor(text, at) {
    this.text = text;
    this.at = at;
  }

  space() {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  sees(token) {
    this.space();
    return this.text.startsWith(token, this.at);
  }

  tries(token) {
    if (!this.sees(token)) return false;
    if (/\w$/.test(token) && /\w/.test(this.text[this.at + token.length] ?? '')) return false;
    this.at += token.length;
    return true;
  }

  take(token) {
    if (!this.tries(token)) throw new Broken(`'${token}' expected at '${this.text.slice(this.at, this.at + 30)}'`);
  }

  name() {
    this.space();
    const found = /^[A-Za-z_][\w-]*/.exec(this.text.slice(this.at));
    if (!found) throw new Broken(`a name expected at '${this.text.slice(this.at, this.at + 30)}'`);
    this.at += found[0].length;
    return found[0];
  }

  expression() {
    const condition = this.binary(0);
    if (!this.tries('?')) return condition;
    const yes = this.expression();
    this.take(':');
    return { is: 'if', condition, yes, no: this.expression() };
  }

  binary(level) {
    if (level === OPERATORS.length) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const operator = OPERATORS[level].filter((each) => this.sees(each)).sort((a, b) => b.length - a.length)[0];
      if (!operator) return left;
      this.take(operator);
      left = { is: 'binary', operator, left, right: this.binary(level + 1) };
    }
  }

  unary() {
    if (this.sees('!') && !this.sees('!=')) {
      this.take('!');
      return { is: 'not', of: this.unary() };
    }
    if (this.tries('-')) return { is: 'minus', of: this.unary() };
    return this.postfix(this.primary());
  }

  postfix(value) {
    for (;;) {
      if (this.text[this.at] === '.' && /[A-Za-z_*]/.test(this.text[this.at + 1])) {
        this.at++;
        value = this.tries('*') ? { is: 'splat', of: value } : { is: 'attribute', of: value, name: this.name() };
      } else if (this.text[this.at] === '[') {
        this.at++;
        if (this.tries('*')) value = { is: 'splat', of: value };
        else value = { is: 'index', of: value, index: this.expression() };
        this.take(']');
      } else {
        return value;
      }
    }
  }

  primary() {
    this.space();
    const first = this.text[this.at];
    if (first === '"') return this.quoted();
    if (first === '(') {
      this.take('(');
      const inner = this.expression();
      this.take(')');
      return inner;
    }
    if (first === '[') return this.list();
    if (first === '{') return this.object();
    const number = /^\d+(\.\d+)?/.exec(this.text.slice(this.at));
    if (number) {
      this.at += number[0].length;
      return { is: 'value', value: Number(number[0]) };
    }
    const name = this.name();
    if (name === 'true' || name === 'false') return { is: 'value', value: name === 'true' };
    if (name === 'null') return { is: 'value', value: null };
    if (this.text[this.at] === '(') {
      this.take('(');
      return { is: 'call', name, arguments: this.upTo(')', () => this.expression()) };
    }
    return { is: 'name', name };
  }

  quoted() {
    let end = this.at + 1;
    for (let depth = 0, inner = false; ; end++) {
      const here = this.text[end];
      if (here === undefined) throw new Broken('a quotation mark is missing');
      if (here === '\\') end++;
      else if (this.text.startsWith('${', end)) depth++;
      else if (here === '}' && depth > 0 && !inner) depth--;
      else if (here === '"' && depth > 0) inner = !inner;
      else if (here === '"') break;
    }
    const text = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return template(text.replace(/\\(.)/g, (_, escaped) => ({ n: '\n', t: '\t' })[escaped] ?? escaped));
  }

  upTo(end, read) {
    const items = [];
    while (!this.tries(end)) {
      items.push(read());
      if (!this.tries(',') && !this.sees(end) && end !== '}') this.take(end);
    }
    return items;
  }

  list() {
    this.take('[');
    if (this.tries('for')) return this.for(']');
    return { is: 'list', items: this.upTo(']', () => this.expression()) };
  }

  object() {
    this.take('{');
    if (this.tries('for')) return this.for('}');
    const entries = this.upTo('}', () => {
      this.space();
      const key = this.text[this.at] === '"' ? this.quoted() : { is: 'value', value: this.name() };
      if (!this.tries('=')) this.take(':');
      return [key, this.expression()];
    });
    return { is: 'object', entries };
  }

  for(end) {
    const names = [this.name()];
    if (this.tries(',')) names.push(this.name());
    this.take('in');
    const over = this.expression();
    this.take(':');
    const first = this.expression();
    const second = end === '}' && this.tries('=>') ? this.expression() : null;
    const condition = this.tries('if') ? this.expression() : null;
    this.take(end);
    return { is: 'for', names, over, first, second, condition };
  }
}

/** Calls back with every path of names that an expression reads, such as ['var', 'name'], and every function. */
export function walk(node, seen, bound = []) {
  const next = (each) => walk(each, seen, bound);
  const path = pathOf(node);
  if (path) {
    if (!bound.includes(path[0])) seen({ path });
    indexes(node).forEach(next);
    return;
  }
  switch (node.is) {
    case 'value': break;
    case 'text': node.parts.forEach(next); break;
    case 'if': [node.condition, node.yes, node.no].forEach(next); break;
    case 'binary': [node.left, node.right].forEach(next); break;
    case 'not': case 'minus': case 'splat': case 'attribute': next(node.of); break;
    case 'index': [node.of, node.index].forEach(next); break;
    case 'list': node.items.forEach(next); break;
    case 'object': node.entries.flat().forEach(next); break;
    case 'call': seen({ call: node.name }); node.arguments.forEach(next); break;
    case 'for': {
      next(node.over);
      const inner = [...bound, ...node.names];
      [node.first, node.second, node.condition].filter(Boolean).forEach((each) => walk(each, seen, inner));
      break;
    }
    default: throw new Broken(`unknown: ${node.is}`);
  }
}

/** The names of a path, without indexes; null for anything else. */
function pathOf(node) {
  if (node.is === 'name') return [node.name];
  if (node.is === 'attribute') {
    const path = pathOf(node.of);
    return path && [...path, node.name];
  }
  return node.is === 'index' || node.is === 'splat' ? pathOf(node.of) : null;
}

function indexes(node) {
  if (node.is === 'index') return [node.index, ...indexes(node.of)];
  return node.of ? indexes(node.of) : [];
}

const wanted = (is, value, what) => {
  if (!is) throw new Broken(`${what} expected, not ${JSON.stringify(value)}`);
  return value;
};
const list = (value) => wanted(Array.isArray(value), value, 'a list');
const map = (value) => wanted(value && typeof value === 'object' && !Array.isArray(value), value, 'a map');
const text = (value) => wanted(['string', 'number', 'boolean'].includes(typeof value), value, 'a text').toString();

export const functions = {
  can: null, // worked out below, since it catches what its argument throws
  concat: (...lists) => lists.flatMap(list),
  contains: (values, value) => list(values).includes(value),
  filebase64sha256: (path) => `sha256 of ${text(path)}`,
  join: (separator, values) => list(values).map(text).join(separator),
  jsondecode: (value) => JSON.parse(text(value)),
  keys: (value) => Object.keys(map(value)).sort(),
  length: (value) => (Array.isArray(value) || typeof value === 'string' ? value : Object.keys(map(value))).length,
  merge: (...maps) => Object.assign({}, ...maps.map(map)),
  nonsensitive: (value) => value,
  one: (values) => (wanted(list(values).length < 2, values, 'at most one'), values[0] ?? null),
  regex: (pattern, value) => wanted(new RegExp(pattern).exec(text(value)), value, `a match of ${pattern}`)[0],
  sort: (values) => list(values).map(text).sort(),
  tonumber: (value) => wanted(!Number.isNaN(Number(text(value))), Number(value), 'a number'),
  toset: (values) => [...new Set(list(values))],
  tostring: text,
};

/** Works an expression out; names is asked for what the first name of a path stands for. */
export function evaluate(node, names) {
  const value = (each) => evaluate(each, names);
  switch (node.is) {
    case 'value': return node.value;
    case 'text': return node.parts.map((part) => text(value(part))).join('');
    case 'name': return names(node.name);
    case 'if': return wanted(typeof value(node.condition) === 'boolean', value(node.condition), 'true or false')
      ? value(node.yes) : value(node.no);
    case 'not': return !wanted(typeof value(node.of) === 'boolean', value(node.of), 'true or false');
    case 'minus': return -value(node.of);
    case 'binary': return operate(node.operator, node.left, node.right, value);
    case 'list': return node.items.map(value);
    case 'object': return Object.fromEntries(node.entries.map(([key, each]) => [value(key), value(each)]));
    case 'splat': {
      const of = value(node.of);
      return new Splat(of === null ? [] : Array.isArray(of) ? of : [of]);
    }
    case 'attribute': return attribute(value(node.of), node.name);
    case 'index': return attribute(value(node.of), value(node.index));
    case 'call': return call(node, names, value);
    case 'for': return loop(node, names);
    default: throw new Broken(`unknown: ${node.is}`);
  }
}

class Splat extends Array {
  constructor(items) {
    super();
    items.forEach((item) => this.push(item));
  }

  static get [Symbol.species]() {
    return Array;
  }
}

function attribute(of, name) {
  if (of instanceof Splat && typeof name === 'string') return of.map((each) => attribute(each, name));
  if (of === null || typeof of !== 'object') throw new Broken(`${JSON.stringify(of)} has no '${name}'`);
  if (Array.isArray(of) && typeof name !== 'number') throw new Broken(`a list has no '${name}': an index is missing`);
  if (of[name] === undefined) throw new Broken(`there is no '${name}' in ${JSON.stringify(Object.keys(of))}`);
  return of[name];
}

function operate(operator, left, right, value) {
  if (operator === '||') return value(left) || value(right);
  if (operator === '&&') return value(left) && value(right);
  const [a, b] = [value(left), value(right)];
  switch (operator) {
    case '==': return a === b;
    case '!=': return a !== b;
    case '<': return a < b;
    case '<=': return a <= b;
    case '>': return a > b;
    case '>=': return a >= b;
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    default: return a % b;
  }
}

function call(node, names, value) {
  if (!(node.name in functions)) throw new Broken(`unknown function ${node.name}`);
  if (node.name !== 'can') return functions[node.name](...node.arguments.map(value));
  try {
    value(node.arguments[0]);
    return true;
  } catch (e) {
    if (e instanceof Broken) return false;
    throw e;
  }
}

function loop(node, names) {
  const over = evaluate(node.over, names);
  const pairs = Array.isArray(over) ? over.map((each, index) => [index, each]) : Object.entries(map(over)).sort();
  const results = [];
  for (const [key, each] of pairs) {
    const bound = node.names.length === 2 ? { [node.names[0]]: key, [node.names[1]]: each } : { [node.names[0]]: each };
    const inner = (name) => (name in bound ? bound[name] : names(name));
    if (node.condition && !evaluate(node.condition, inner)) continue;
    results.push(node.second ? [evaluate(node.first, inner), evaluate(node.second, inner)] : evaluate(node.first, inner));
  }
  return node.second ? Object.fromEntries(results) : results;
}
