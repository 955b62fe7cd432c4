// A real broker that does as its parent says: listen, close, refuse, accept, publish, drop. It answers
// each word with its port, how often it was dialed and how many clients it has.
import { Aedes } from 'aedes'
import { once } from 'node:events'
import { createServer } from 'node:net'

const broker = await Aedes.createBroker()
const [sockets, clients] = [new Set(), new Set()]
let [server, port, dials, refuses] = [null, 0, 0, false]

broker.authenticate = (...asked) => {
  const answer = asked.at(-1)
  if (refuses) answer(Object.assign(new Error('not now'), { returnCode: 3 }), false)
  else answer(null, true)
}
broker.on('clientReady', (client) => clients.add(client))
broker.on('clientDisconnect', (client) => clients.delete(client))

const words = {
  listen: async () => {
    server = createServer((socket) => {
      dials += 1
      sockets.add(socket)
      broker.handle(socket)
    }).listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = server.address().port
  },
  close: async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  },
  refuse: () => (refuses = true),
  accept: () => (refuses = false),
  publish: () => broker.publish({ topic: 'commands/a', payload: 'now' }, () => undefined),
  drop: () => {
    for (const client of clients) client.close()
  },
  look: () => undefined,
}

process.on('message', async (word) => {
  await words[word]()
  process.send({ port, dials, clients: clients.size })
})
process.on('disconnect', () => process.exit(0))
