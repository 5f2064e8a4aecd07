// A service that serves, or fails in the way that its package.json asks for.
const http = require('http');
const {version, drill} = require('./package.json');

const begun = Date.now();
const seconds = () => (Date.now() - begun) / 1000;
let asked = 0;

// Now and then at first, then more and more often, and always after three seconds.
function leaks() {
  asked += 1;
  return asked % Math.max(1, Math.round(12 - 4 * seconds())) === 0;
}

function answers() {
  return drill === 'leaks-into-errors' ? !leaks() : true;
}

if (drill === 'crashes') {
  process.exit(1);
}
if (drill === 'ends-after-a-while') {
  setTimeout(() => process.exit(1), 2000);
}
if (drill === 'never-ready') {
  setInterval(() => {}, 1000);
} else {
  http
    .createServer((_, answer) => {
      answer.statusCode = answers() ? 200 : 500;
      answer.end(`drill ${version}\n`);
    })
    .listen(process.env.PORT, '127.0.0.1');
}
