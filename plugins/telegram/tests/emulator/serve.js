// Serve telegram-test-api on 127.0.0.1 until standard input ends: node serve.js PORT MODULES
const TelegramServer = require(`${process.argv[3]}/telegram-test-api`);

const server = new TelegramServer({ host: '127.0.0.1', port: Number(process.argv[2]) });
server.start().then(() => console.log('ready'));
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
