'use strict';

// Whatever the document holds was written by others: it becomes text, never markup.
(() => {
  const VERSION = 1;
  const EVERY = 5000;
  const PATIENCE = 20000;
  const STALE = 20000;
  const LONGEST = 30 * 60 * 1000;
  const SHORTEST = 60 * 1000;
  const SVG = 'http://www.w3.org/2000/svg';
  const count = new Intl.NumberFormat('en');
  const few = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
  const open = new Set();

  let answer = null; // when it came: { at: by performance.now(), clock: by this browser's }
  let problem = null;

  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    return fill(node, attributes, children);
  }

  function svg(tag, attributes, ...children) {
    return fill(document.createElementNS(SVG, tag), attributes, children);
  }

  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== '') {
        node.setAttribute(name, value);
      }
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return node;
  }

  const list = (value) => (Array.isArray(value) ? value : []);
  const number = (value) => (Number.isFinite(value) ? value : 0);
  const sum = (values) => values.reduce((one, other) => one + number(other), 0);
  const lower = (name) => String(name).toLowerCase().replaceAll('_', ' ');
  const records = (n) => count.format(n) + (n === 1 ? ' record' : ' records');

  function age(millis) {
    const seconds = Math.max(0, Math.floor(millis / 1000));
    const units = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
    const first = units.findIndex(([, size]) => seconds >= size);
    if (first < 0) {
      return '0 s';
    }
    const [name, size] = units[first];
    const next = units[first + 1];
    const rest = next ? Math.floor((seconds % size) / next[1]) : 0;
    return Math.floor(seconds / size) + ' ' + name + (rest > 0 ? ' ' + rest + ' ' + next[0] : '');
  }

  function clock(time) {
    const date = new Date(time);
    const day = date.toDateString() === new Date().toDateString() ? '' :
      date.toLocaleDateString('en-CA') + ' ';
    return day + date.toLocaleTimeString('en-GB');
  }

  const since = (time, now) => clock(time) + ' (' + age(now - Date.parse(time)) + ')';

  // Rates between samples that only grow; a sample is { t, v }, v null where there is none.
  function rates(times, values, now, last) {
    const samples = list(times).map((time, place) => ({ t: Date.parse(time), v: list(values)[place] ?? null }));
    const newest = samples.at(-1);
    if (!newest || now - newest.t >= EVERY) {
      samples.push({ t: now, v: last });
    }
    const points = [];
    for (let place = 1; place < samples.length; place++) {
      const [before, after] = [samples[place - 1], samples[place]];
      const known = before.v !== null && after.v !== null && after.t > before.t;
      points.push({ t: after.t, v: known ? Math.max(0, (after.v - before.v) * 1000 / (after.t - before.t)) : null });
    }
    return points;
  }

  function levels(times, values, now, last) {
    const points = list(times).map((time, place) => ({ t: Date.parse(time), v: list(values)[place] ?? null }));
    points.push({ t: now, v: last });
    return points;
  }

  function ceiling(most) {
    if (most <= 0) {
      return 1;
    }
    const power = 10 ** Math.floor(Math.log10(most));
    return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= most);
  }

  // How far back a drawing goes: as far as the samples, so that those of a young worker are seen.
  function reach(times, now) {
    const first = Date.parse(list(times)[0]);
    return Math.min(LONGEST, Math.max(SHORTEST, Number.isFinite(first) ? now - first : 0));
  }

  function trace(points, now, top, window) {
    const place = (point) => [
      Math.max(0, 600 * (1 - (now - point.t) / window)).toFixed(1),
      (100 - 98 * point.v / top).toFixed(1),
    ].join(',');
    const runs = [];
    let run = [];
    for (const point of points.filter((each) => now - each.t <= window)) {
      if (point.v === null) {
        runs.push(run);
        run = [];
      } else {
        run.push(point);
      }
    }
    runs.push(run);
    return runs.filter((each) => each.length > 1).flatMap((each) => {
      const line = each.map(place).join(' L');
      const [from, to] = [place(each[0]), place(each.at(-1))].map((text) => text.split(',')[0]);
      return [
        svg('path', { class: 'fill', d: 'M' + from + ',100 L' + line + ' L' + to + ',100 Z' }),
        svg('path', { class: 'trace', d: 'M' + line }),
      ];
    });
  }

  const most = (points) => Math.max(0, ...points.map((point) => point.v ?? 0));

  function drawing(points, now, top, window, attributes, ...more) {
    return svg('svg', { viewBox: '0 0 600 100', preserveAspectRatio: 'none', ...attributes },
      ...more, ...trace(points, now, top, window));
  }

  function chart(title, unit, kind, points, now, window) {
    const top = ceiling(most(points));
    const latest = points.at(-1)?.v ?? null;
    const said = latest === null ? 'known from the second sample on, in some 10 seconds' :
      'now ' + few.format(latest) + unit + ', at most ' + few.format(most(points)) + unit;
    const line = svg('line', { class: 'grid', x1: 0, x2: 600, y1: 51, y2: 51 });
    return el('figure', { class: 'chart ' + kind },
      el('figcaption', {}, el('strong', {}, title), el('span', { class: 'quiet' }, said)),
      el('div', { class: 'plot' },
        drawing(points, now, top, window,
          { role: 'img', 'aria-label': title + ', the last ' + age(window) + ': ' + said }, line),
        el('span', { class: 'top small quiet' }, few.format(top) + unit)),
      el('div', { class: 'ends small quiet' }, el('span', {}, age(window) + ' ago'), el('span', {}, 'now')));
  }

  const badge = (kind, text) => el('span', { class: 'badge ' + kind }, text);
  const quiet = (text) => el('div', { class: 'small quiet' }, text);

  function state(target, now) {
    const parts = [];
    if (target.row === 'invalid') {
      parts.push(badge('bad', 'invalid row'));
    } else if (target.row === 'inactive' || target.row === 'removed' || target.row === 'unknown') {
      parts.push(badge('warn', target.row));
    }
    if (target.breaker !== 'CLOSED') {
      parts.push(badge('bad', 'down'),
        el('div', { class: 'small bad' }, 'breaker open since ' + since(target.breakerSince, now)
          + (target.breaker === 'HALF_OPEN' ? '; a probe is under way' : '')));
    } else if (target.heldSince) {
      parts.push(badge('bad', 'holds'));
    } else if (parts.length === 0) {
      parts.push(badge('good', 'up'));
    }
    if (target.callLimit !== null && target.maxInFlight !== null && target.callLimit < target.maxInFlight) {
      parts.push(el('div', { class: 'small warn' },
        'throttled: ' + target.callLimit + ' of ' + target.maxInFlight + ' calls at once'));
    }
    list(target.problems).forEach((text) => parts.push(el('div', { class: 'small bad name' }, text)));
    return parts;
  }

  function waiting(target, source, now) {
    const held = number(target.records?.held);
    if (!target.heldSince) {
      return [count.format(held)];
    }
    const oldest = now - Date.parse(target.oldestHeld);
    const parts = [
      el('strong', { class: 'bad' }, count.format(held)),
      quiet('held since ' + since(target.heldSince, now)),
      quiet('the oldest came ' + age(oldest) + ' ago'),
    ];
    if (source.retentionSeconds) {
      const used = oldest / 10 / source.retentionSeconds;
      parts.push(quiet((used < 0.1 ? 'under 0.1' : few.format(used)) + ' % of its retention of '
        + age(source.retentionSeconds * 1000)));
    }
    return parts;
  }

  function accepted(target, worker, now) {
    const total = number(target.records?.accepted);
    const parts = [count.format(total)];
    if (target.history) {
      const points = rates(worker.history.at, target.history.accepted, now, total);
      const latest = points.at(-1)?.v ?? null;
      if (latest !== null) {
        parts[0] += ', ' + few.format(latest) + '/s';
        parts.push(drawing(points, now, most(points) || 1, reach(worker.history.at, now), { class: 'spark', 'aria-hidden': 'true' }));
      }
    }
    return [el('div', {}, ...parts)];
  }

  function ends(target) {
    const names = [['deadLettered', 'dead-lettered', 'warn'], ['dropped', 'dropped', 'bad'],
      ['filtered', 'filtered', ''], ['alreadySettled', 'already settled', ''], ['released', 'released', '']];
    const some = names.filter(([key]) => number(target.records?.[key]) > 0);
    return some.length === 0 ? ['none'] : [el('div', {}, ...some.map(([key, name, kind]) =>
      el('div', { class: kind }, count.format(target.records[key]) + ' ' + name)))];
  }

  function calls(target) {
    const all = Object.entries(target.calls || {});
    const lines = all.map(([outcome, n]) => el('div', {}, count.format(number(n)) + ' ' + lower(outcome)));
    if (number(target.retriedMessages) > 0) {
      lines.push(quiet(count.format(target.retriedMessages) + ' messages again'));
    }
    return lines.length === 0 ? ['none'] : [el('div', {}, ...lines)];
  }

  function failure(target, now) {
    const last = target.lastFailure;
    return last ? [el('div', { class: 'name' }, lower(last.kind) + ': ' + last.code,
      quiet(age(now - Date.parse(last.at)) + ' ago'))] : ['none'];
  }

  function cell(label, children) {
    const none = children.length === 1 && children[0] === 'none';
    return el('td', { role: 'cell', 'data-label': label, class: none ? 'none' : '' }, el('div', {}, ...children));
  }

  function heads(...names) {
    return el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' },
      ...names.map((name) => el('th', { role: 'columnheader', scope: 'col' }, name))));
  }

  const troubled = (part) => list(part.trouble).length > 0;

  // Worst first, as each part's own list of trouble is.
  function inOrder(targets) {
    const ranks = ['RETENTION', 'HELD', 'BREAKER_OPEN', 'INVALID'];
    const rank = (target) => (troubled(target) ? ranks.indexOf(target.trouble[0]) : ranks.length);
    return [...list(targets)].sort((one, other) => rank(one) - rank(other));
  }

  function targetRow(target, source, worker, now, anchors) {
    const notes = target.type ? [[target.type, target.destination].filter(Boolean).join(' to ')] : [];
    if (target.deadLetterOnly) {
      notes.push('takes dead letters only');
    } else if (target.onFailure && target.onFailure !== 'HOLD') {
      notes.push('on failure: ' + (target.deadLetter ? 'dead letter to ' + target.deadLetter : lower(target.onFailure)));
    }
    return el('tr', { role: 'row', class: troubled(target) ? 'trouble' : '', id: anchors.of(target) },
      el('th', { role: 'rowheader', scope: 'row' }, el('span', { class: 'name' }, target.id),
        ...notes.map((note) => el('div', { class: 'small quiet name' }, note))),
      cell('State', state(target, now)),
      cell('Waiting', waiting(target, source, now)),
      cell('Accepted', accepted(target, worker, now)),
      cell('Other ends', ends(target)),
      cell('Calls', calls(target)),
      cell('Last failure', failure(target, now)));
  }

  function shards(source, worker) {
    const all = list(source.shards);
    if (all.length === 0) {
      return quiet('nothing read yet');
    }
    const key = worker.url + ' ' + source.id;
    const details = el('details', { open: open.has(key) ? 'open' : null },
      el('summary', { id: 'shards ' + key }, all.length + (all.length === 1 ? ' shard' : ' shards') + ' read, '
        + records(sum(all.map((shard) => shard.settled))) + ' settled for every target'),
      el('table', {}, heads('Shard', 'Settled'), el('tbody', {}, ...all.map((shard) => el('tr', {},
        el('th', { scope: 'row', class: 'mono name' }, shard.name ?? '(the only one)'),
        el('td', {}, count.format(number(shard.settled))))))));
    details.addEventListener('toggle', () => (details.open ? open.add(key) : open.delete(key)));
    return details;
  }

  function sourcePart(source, worker, now, anchors) {
    const parts = [el('h3', { class: 'mono name' }, source.id)];
    if (source.problem) {
      parts.push(el('p', { class: 'bad name' }, source.problem));
    }
    if (source.targetsStaleSince) {
      parts.push(el('p', { class: 'warn' }, 'its targets cannot be read again; those of '
        + since(source.targetsStaleSince, now) + ' are used'));
    }
    parts.push(el('table', { class: 'cards', role: 'table', 'aria-label': 'targets of ' + source.id },
      heads('Target', 'State', 'Waiting', 'Accepted', 'Other ends', 'Calls', 'Last failure'),
      el('tbody', { role: 'rowgroup' },
        ...inOrder(source.targets).map((target) => targetRow(target, source, worker, now, anchors)))));
    if (list(source.targets).length === 0) {
      parts.push(quiet('no targets'));
    }
    parts.push(shards(source, worker));
    return el('div', { class: 'source' }, ...parts);
  }

  const workerName = (worker) => worker.url ?? 'this worker';

  function workerPart(worker, anchors) {
    const title = worker.url ? el('h2', {}, 'Worker ', el('span', { class: 'name' }, worker.url)) : el('h2', {}, 'This worker');
    if (!worker.answered) {
      return el('section', { class: 'worker', id: anchors.of(worker) }, title,
        el('p', {}, badge('bad', 'no answer'), ' ', el('span', { class: 'bad name' }, worker.problem)),
        el('p', { class: 'quiet' }, worker.lastAnswer ? 'It answered last at ' + clock(worker.lastAnswer)
          + '; its numbers of then are not shown.' : 'It has not answered since this page is served.'));
    }
    const now = Date.parse(worker.at);
    const window = reach(worker.history?.at, now);
    const ready = worker.state === 'READY';
    const head = [badge(ready ? 'good' : 'bad', lower(worker.state)),
      ' up ' + age(now - Date.parse(worker.since)) + ', ' + count.format(number(worker.shards))
        + (worker.shards === 1 ? ' shard' : ' shards') + ', '
        + records(number(worker.inHand?.records)) + ' in hand'
        + (worker.inHand?.since ? ' since ' + since(worker.inHand.since, now) : '')
        + (worker.losses === null ? '' : ', ' + count.format(number(worker.losses)) + ' lost before they were read')
        + ', ledger difference ' + count.format(number(worker.ledgerDifference))
        + (worker.version ? ', version ' + worker.version : '')];
    const held = sum(list(worker.sources).flatMap((source) => list(source.targets).map((each) => each.records?.held)));
    return el('section', { class: 'worker', id: anchors.of(worker) }, title, el('p', {}, ...head),
      ...list(worker.problems).map((text) => el('p', { class: 'bad name' }, text)),
      el('div', { class: 'charts' },
        chart('Records settled', '/s', 'settled',
          rates(worker.history?.at, worker.history?.settled, now, worker.settled), now, window),
        chart('Records held', '', 'held',
          levels(worker.history?.at, worker.history?.held, now, held), now, window)),
      ...list(worker.sources).map((source) => sourcePart(source, worker, now, anchors)));
  }

  function tablePart(table, anchors) {
    const parts = [el('h2', {}, 'Targets table ', el('span', { class: 'name' }, table.name)),
      el('p', { class: 'quiet' }, 'Read at ' + clock(table.at)
        + '. What a Lambda function does with these targets is in CloudWatch, namespace Custom/FanOut.')];
    if (table.problem) {
      parts.push(el('p', { class: 'bad name' }, table.problem));
    }
    for (const source of list(table.sources)) {
      parts.push(el('div', { class: 'source' }, el('h3', { class: 'mono name' }, source.id),
        el('table', { class: 'cards', role: 'table', 'aria-label': 'rows of ' + source.id },
          heads('Target', 'Type', 'Destination', 'State'),
          el('tbody', { role: 'rowgroup' }, ...inOrder(source.targets).map((row) =>
            el('tr', { role: 'row', class: troubled(row) ? 'trouble' : '', id: anchors.of(row) },
              el('th', { role: 'rowheader', scope: 'row' }, el('span', { class: 'name' }, row.id)),
              cell('Type', [row.type]),
              cell('Destination', [el('span', { class: 'name' }, row.destination)]),
              cell('State', [
                list(row.problems).length > 0 && row.active ? badge('bad', 'invalid')
                  : badge(row.active ? 'good' : 'warn', row.active ? 'active' : 'inactive'),
                ...list(row.problems).map((text) => el('div', { class: 'small bad name' }, text)),
              ])))))));
    }
    if (!table.problem && list(table.sources).length === 0) {
      parts.push(el('p', {}, 'It has no rows.'));
    }
    return el('section', { class: 'table' }, ...parts);
  }

  // What to look at, worst first: [rank, text, where it is].
  function attention(doc) {
    const all = [];
    const several = list(doc.workers).length > 1;
    for (const worker of list(doc.workers)) {
      const at = several ? workerName(worker) + ': ' : '';
      const has = (part, name) => list(part.trouble).includes(name);
      if (has(worker, 'NO_ANSWER')) {
        all.push([2, workerName(worker) + ' does not answer' + (worker.lastAnswer
          ? ' since ' + clock(worker.lastAnswer) : ''), worker]);
      }
      if (has(worker, 'BOOKS_DIFFER')) {
        all.push([0, at + 'the books differ by ' + records(number(worker.ledgerDifference))
          + ': stop it, keep its log, and report it', worker]);
      }
      if (has(worker, 'RECORDS_LOST')) {
        all.push([1, at + 'the source lost records before they were read (' + count.format(worker.losses) + ')', worker]);
      }
      if (has(worker, 'NOT_READY')) {
        all.push([3, at + 'the worker is ' + lower(worker.state), worker]);
      }
      for (const source of list(worker.sources)) {
        const now = Date.parse(worker.at);
        if (has(source, 'TARGETS_UNKNOWN')) {
          all.push([6, at + 'targets are not known: ' + source.problem, worker]);
        }
        if (has(source, 'TARGETS_STALE')) {
          all.push([7, at + 'targets of ' + source.id + ' cannot be read again', worker]);
        }
        for (const target of list(source.targets)) {
          if (has(target, 'HELD')) {
            all.push([has(target, 'RETENTION') ? 2.5 : 4, at + target.id + ' holds ' + records(number(target.records?.held))
              + ' since ' + since(target.heldSince, now)
              + (has(target, 'RETENTION') ? '; half of what the source keeps is used up, or more' : '')
              + (target.breakerSince ? '; its breaker is open' : ''), target]);
          } else if (has(target, 'BREAKER_OPEN')) {
            all.push([5, at + target.id + ' is down since ' + since(target.breakerSince, now), target]);
          }
          if (has(target, 'INVALID')) {
            all.push([6, at + 'the row of ' + target.id + ' cannot be used: ' + list(target.problems)[0], target]);
          }
        }
      }
    }
    if (doc.table) {
      if (doc.table.problem) {
        all.push([6, doc.table.problem, null]);
      }
      list(doc.table.sources).flatMap((source) => list(source.targets)).filter(troubled).forEach((row) =>
        all.push([6, 'the row of ' + row.id + ' cannot be used: ' + list(row.problems)[0], row]));
    }
    return all.sort((one, other) => one[0] - other[0]);
  }

  function tile(name, value, kind) {
    return el('div', {}, el('dt', {}, name), el('dd', { class: kind }, value));
  }

  function tiles(doc) {
    const all = list(doc.workers);
    if (all.length === 0) {
      return null;
    }
    const workers = all.filter((worker) => worker.answered);
    const targets = workers.flatMap((worker) => list(worker.sources).flatMap((source) =>
      list(source.targets).map((target) => ({ target, now: Date.parse(worker.at) }))));
    const holding = targets.filter(({ target }) => target.heldSince);
    const held = sum(targets.map(({ target }) => target.records?.held));
    const oldest = Math.max(0, ...holding.map(({ target, now }) => now - Date.parse(target.oldestHeld)));
    const down = targets.filter(({ target }) => target.breaker !== 'CLOSED').length;
    const lettered = sum(targets.map(({ target }) => target.records?.deadLettered));
    const dropped = sum(targets.map(({ target }) => target.records?.dropped));
    const rate = sum(workers.map((worker) => rates(worker.history?.at, worker.history?.settled,
      Date.parse(worker.at), worker.settled).at(-1)?.v));
    const difference = sum(workers.map((worker) => Math.abs(number(worker.ledgerDifference))));
    const silent = all.length - workers.length;
    return el('dl', { class: 'tiles' },
      all.length > 1 ? tile('Workers that answer', workers.length + ' of ' + all.length, silent ? 'bad' : '') : null,
      tile('Settled', silent === all.length ? '?' : few.format(rate) + '/s', ''),
      tile('Held now', silent === all.length ? '?' : count.format(held), held > 0 ? 'bad' : ''),
      tile('Oldest held', holding.length === 0 ? 'none' : age(oldest), held > 0 ? 'bad' : ''),
      tile('Targets down', String(down), down > 0 ? 'bad' : ''),
      tile('Dead letters since start', count.format(lettered), lettered > 0 ? 'warn' : ''),
      tile('Dropped since start', count.format(dropped), dropped > 0 ? 'bad' : ''),
      tile('Ledger difference', count.format(difference), difference > 0 ? 'bad' : ''));
  }

  function show(doc) {
    const names = new Map();
    const anchors = { of: (part) => names.get(part) ?? names.set(part, 'part-' + names.size).get(part) };
    const troubles = attention(doc);
    const fine = doc.fine && troubles.length === 0;
    const verdict = document.getElementById('verdict');
    const said = fine ? 'all is well' : troubles.length === 1 ? '1 thing to look at' : troubles.length + ' things to look at';
    if (verdict.textContent !== said) {
      verdict.textContent = said;
    }
    verdict.className = fine ? 'good' : 'bad';
    document.title = fine ? 'Fanout: all is well' : '(' + troubles.length + ') Fanout: look';
    const focused = document.activeElement?.id;
    document.getElementById('main').replaceChildren(...[
      fine ? null : el('div', { class: 'attention' }, el('h2', {}, 'Look at this first'),
        el('ul', {}, ...troubles.map(([, text, part], place) => el('li', { class: 'name' },
          part ? el('a', { id: 'look ' + place, href: '#' + anchors.of(part) }, text) : text)))),
      tiles(doc),
      ...list(doc.workers).map((worker) => workerPart(worker, anchors)),
      doc.table ? tablePart(doc.table, anchors) : null,
    ].filter(Boolean));
    if (focused) {
      document.getElementById(focused)?.focus();
    }
  }

  // Runs each second: numbers that are old are never shown as if they were new.
  function tick() {
    const stale = document.getElementById('stale');
    const asOf = document.getElementById('asof');
    const main = document.getElementById('main');
    if (answer === null) {
      stale.hidden = problem === null;
      stale.textContent = problem === null ? '' : 'No answer yet: ' + problem;
      return;
    }
    const old = performance.now() - answer.at;
    const silent = problem !== null || old > STALE;
    asOf.textContent = 'as of ' + clock(answer.clock);
    const text = 'No answer since ' + clock(answer.clock) + ' (' + age(old) + '). What is below is as of then.'
      + (problem === null ? '' : ' (' + problem + ')');
    if (silent) {
      stale.textContent = text;
    }
    if (silent && !main.classList.contains('old')) {
      document.getElementById('verdict').textContent = 'not known';
      document.getElementById('verdict').className = 'bad';
      document.title = '(?) Fanout: no answer';
    }
    stale.hidden = !silent;
    main.classList.toggle('old', silent);
  }

  async function ask() {
    try {
      const response = await fetch('status.json', {
        cache: 'no-store', credentials: 'omit', redirect: 'error', signal: AbortSignal.timeout(PATIENCE),
      });
      if (!response.ok) {
        throw new Error('The answer was ' + response.status + '.');
      }
      const doc = await response.json();
      if (doc.version !== VERSION) {
        throw new Error('The process was replaced by another version: load this page again.');
      }
      answer = { at: performance.now(), clock: Date.now() };
      problem = null;
      document.getElementById('main').classList.remove('old');
      show(doc);
    } catch (error) {
      problem = error.message;
    }
    tick();
    setTimeout(ask, EVERY);
  }

  setInterval(tick, 1000);
  ask();
})();
