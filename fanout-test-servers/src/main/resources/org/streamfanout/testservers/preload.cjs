// Loaded before a server: keeps it on 127.0.0.1 and a free port, or on the one that it is to have,
// says which port it has got in place of the one it asked for, and ends it with its parent.
'use strict';
const net = require('net');
const path = require('path');

// Some look for files of their own where they are started.
process.chdir(path.dirname(process.argv[1]));

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...given) {
  const callback = given.find((value) => typeof value === 'function');
  const options = given[0];
  const asked = typeof options === 'object' && options !== null ? options.port : options;
  this.once('listening', () => {
    process.stdout.write('\nlistening ' + asked + ' ' + this.address().port + '\n');
  });
  const port = Number(process.env['FANOUT_PORT_' + asked] || 0);
  return listen.call(this, { host: '127.0.0.1', port }, callback);
};

// The parent holds the other end of the pipe; it closes even when the parent is killed. An
// orderly exit would wait for clients to hang up, and there is nothing here to save.
process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL'));
process.stdin.resume();
